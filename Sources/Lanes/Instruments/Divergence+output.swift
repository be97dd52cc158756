import Foundation
import Statistics
import JSON

extension Divergence {
  public var json: JSONValue {
    [
      "tokens": .integer(tokens),
      "kl_nats": [
        "mean": .number(mean.mean), "standard_error": .number(mean.standardError), "median": .number(median),
        "p90": .number(percentile90), "p99": .number(percentile99), "p99_9": .number(percentile999),
        "max": .number(largest),
      ],
      "top1_agreement": .number(agreement),
      "right_token_probability_change": probabilityChange.json,
      "perplexity": perplexity.json, "reference_perplexity": referencePerplexity.json,
    ]
  }

  /// One line a figure, for people.
  public var text: String {
    let lines = [
      ("KL divergence", Self.format("%.5f ± %.5f nats a token", mean.mean, mean.standardError)),
      ("  median", Self.format("%.5f nats", median)),
      (
        "  90th, 99th, 99.9th percentile",
        Self.format("%.4f, %.4f, %.4f nats", percentile90, percentile99, percentile999)
      ),
      ("  largest", Self.format("%.4f nats", largest)),
      ("top-1 agreement", Self.format("%.2f %%", agreement * 100)),
      (
        "right token's probability",
        Self.format(
          "%+.3f ± %.3f percentage points", probabilityChange.mean * 100, probabilityChange.standardError * 100)
      ),
      ("perplexity", perplexity.text), ("  of the reference", referencePerplexity.text),
      ("tokens", "\(tokens)"),
    ]
    return lines.map { $0.padding(toLength: 32, withPad: " ", startingAt: 0) + $1 }.joined(separator: "\n")
  }

  private static func format(_ pattern: String, _ values: Double...) -> String {
    String(format: pattern, arguments: values)
  }
}

extension BlockMean {
  public var json: JSONValue { ["mean": .number(mean), "standard_error": .number(standardError)] }
}

extension Perplexity {
  public var json: JSONValue {
    [
      "value": .number(value), "standard_error": .number(standardError), "tokens": .integer(tokens),
      "mean_negative_log_probability": .number(negativeLogProbability.mean),
    ]
  }

  public var text: String { String(format: "%.4f ± %.4f", value, standardError) }
}
