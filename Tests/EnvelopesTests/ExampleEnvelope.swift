import JSON
@testable import Envelopes

/// A small valid envelope to spoil.
enum ExampleEnvelope {
  static let text = """
    {
      "schema": 1, "id": "example", "version": 3, "description": "A small example.",
      "sampling": {"temperature": 0.0, "top_p": 1, "seed": 7},
      "throughput": [
        {"id": "short", "text": "Once upon a time", "prompt_tokens": 64, "decode_tokens": 32},
        {"id": "long", "text": "Once upon a time", "prompt_tokens": 512, "decode_tokens": 32, "concurrency": 1}
      ],
      "accuracy": [
        {"id": "choice", "kind": "multiple_choice", "items": [
          {"id": "c1", "prompt": "The sky is", "options": ["blue", "square"], "answer": 0},
          {"id": "c2", "prompt": "Grass is", "options": ["loud", "green", "late"], "answer": 1}]},
        {"id": "gap", "kind": "cloze", "items": [
          {"id": "g1", "prompt": "She ___ home.", "options": ["goes", "go"], "answer": 0}]},
        {"id": "exact", "kind": "exact_match", "chat": true, "max_tokens": 8, "items": [
          {"id": "e1", "prompt": "2 + 2 =", "options": ["4", "four"]}]}
      ],
      "tool_loops": [],
      "plan": {"blocks": 6, "warm_ups": 1, "order_seed": 11, "void_limit": 0.25},
      "promotion": {
        "confidence": 0.95,
        "objectives": [{"metric": "cumulative_tokens_per_second", "cell": "short", "min_effect": 0.02}],
        "guardrails": [
          {"metric": "accuracy", "cell": "choice", "margin": 0.15},
          {"metric": "first_token_latency_ms", "cell": "long", "margin": 0.1},
          {"metric": "answer_flips", "cell": "gap", "margin": 0.3},
          {"metric": "peak_memory_bytes", "margin": 0.1}],
        "maturity": {"comparisons": 4, "days_between": 5, "allow_provisional": false}
      }
    }
    """

  static func source() throws -> JSONValue { try JSONValue(parsing: text) }

  /// What the validator reports on the example with each member at a path such as `accuracy.0.items` replaced, or
  /// removed if the value is nil.
  static func problems(_ edits: [(path: String, value: JSONValue?)]) throws -> [String] {
    let source = try edits.reduce(source()) {
      $0.replacing($1.path.split(separator: ".").map(String.init)[...], $1.value)
    }
    do throws(EnvelopeError) {
      _ = try Envelope(source: source)
      return []
    } catch {
      guard case .invalid(_, let problems) = error else { throw error }
      return problems.map(\.description)
    }
  }
}

extension JSONValue {
  fileprivate func replacing(_ path: ArraySlice<String>, _ value: JSONValue?) -> JSONValue {
    guard let head = path.first else { return value ?? self }
    let rest = path.dropFirst()
    switch self {
    case .object(var object):
      object[head] = rest.isEmpty ? value : object[head]?.replacing(rest, value)
      return .object(object)
    case .array(var elements):
      guard let index = Int(head), elements.indices.contains(index) else { return self }
      elements[index] = elements[index].replacing(rest, value)
      return .array(elements)
    default: return self
    }
  }
}
