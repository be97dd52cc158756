import Foundation
import JSON
import Testing

@testable import Envelopes

@Suite("Endurance cells")
struct EnduranceCellTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "envelopes/endurance.json")

  private func source() throws -> JSONObject {
    try #require(try JSONValue(parsing: Array(Data(contentsOf: Self.file))).object)
  }

  /// The problems of the shipped envelope with another cell.
  private func problems(_ change: (inout JSONObject) -> Void) throws -> String {
    var source = try source()
    var cell = try #require(source["endurance"]?.array?.first?.object)
    change(&cell)
    source["endurance"] = [.object(cell)]
    do {
      _ = try Envelope(source: .object(source))
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("The shipped stream has every kind of request, whole repetitions within 300, and limits on all that it guards")
  func shipped() throws {
    let envelope = try Envelope(contentsOf: Self.file)
    let cell = try #require(envelope.endurance.first)
    #expect(Set(cell.stream.map(\.kind.name)) == Set(StreamStep.Kind.names))
    #expect(cell.cycle == 10 && cell.requestCount == 300)
    #expect(
      cell.regime == "300 requests in repetitions of 10, 4 to warm up: 2 reset, 3 grow, 1 together, 1 cancel, 1 loop")
    let limits = envelope.promotion.guardrails.filter { $0.metric.comparison == .limit }.map(\.metric)
    #expect(limits == [.memoryGrowthPerHour, .memoryGrowthPerRequest, .rateDrift, .swapTaken])
    #expect(envelope.summaryText.contains("memory growth per hour (bytes/hour) of day is at most"))
  }

  @Test("A stream that is too short, of two lengths or of none, is refused with the reason")
  func lengths() throws {
    #expect(try problems { $0["requests"] = 100 }.contains("is 100, of which 4 repetitions of 10 requests warm up"))
    #expect(try problems { $0["minutes"] = 3 }.contains("must be there, or \"minutes\", and not both"))
    #expect(try problems { $0["requests"] = nil }.contains("must be there, or \"minutes\""))
    #expect(try problems { ($0["requests"], $0["minutes"]) = (nil, 30) } == "")
  }

  @Test(
    "A step that is none, or lacks what it needs, is refused with its path",
    arguments: [
      (["do": "shrink", "decode_tokens": 3], "endurance[0].stream[0].do"),
      (["do": "grow", "decode_tokens": 3], "endurance[0].stream[0].text"),
      (["do": "together", "text": "a", "decode_tokens": 3], "endurance[0].stream[0].sequences"),
      (["do": "cancel", "text": "a", "decode_tokens": 3], "endurance[0].stream[0].after_milliseconds"),
      (["do": "loop", "trace": "none", "decode_tokens": 3], "there is no trace \"none\""),
      (["do": "reset", "text": "a", "decode_tokens": 3, "sequences": 2], "endurance[0].stream[0].sequences"),
      (
        [
          "do": "grow", "text": "Two hundred and fifty thousand tokens are many. ", "repeat": 100_000,
          "decode_tokens": 3,
        ],
        "stream[0].repeat: makes a text of 4800000 bytes; 4194304 are allowed"
      ),
    ] as [(JSONValue, String)])
  func steps(_ step: JSONValue, _ words: String) throws {
    #expect(try problems { $0["stream"] = [step] }.contains(words))
  }

  @Test("A limit is not a margin, and no metric with a limit can be won")
  func limits() throws {
    func problems(_ rule: JSONValue) throws -> String {
      var source = try source()
      var promotion = try #require(source["promotion"]?.object)
      promotion["guardrails"] = .array((promotion["guardrails"]?.array ?? []).dropFirst() + [rule])
      source["promotion"] = .object(promotion)
      do {
        _ = try Envelope(source: .object(source))
        return ""
      } catch { return "\(error)" }
    }
    let metric: JSONValue = "memory_growth_bytes_per_hour"
    #expect(try problems(["metric": metric, "cell": "day", "margin": 0.1]).contains("limit"))
    #expect(try problems(["metric": metric, "cell": "chat", "limit": 1]).contains("endurance cell"))
    #expect(try problems(["metric": metric, "cell": "day", "limit": 1]) == "")
  }
}
