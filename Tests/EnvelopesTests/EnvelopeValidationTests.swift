import JSON
import Testing
@testable import Envelopes

@Suite("Validating an envelope")
struct EnvelopeValidationTests {
  @Test("The example has no problem")
  func valid() throws { #expect(try ExampleEnvelope.problems([]) == []) }

  @Test("Each section names what is wrong, and where", arguments: SpoiledExample.all)
  func problems(_ example: SpoiledExample) throws {
    #expect(try ExampleEnvelope.problems([(example.path, example.value)]) == example.problems)
  }

  @Test("All problems are reported at once, in the order of the sections")
  func everything() throws {
    let problems = try ExampleEnvelope.problems([
      ("version", nil), ("sampling.seed", -1), ("throughput.0.decode_tokens", 0), ("accuracy.1.items.0.answer", 2),
      ("plan.blocs", 4), ("promotion.objectives.0.min_effect", "much"), ("promotion.guardrails.3.cell", "short"),
    ])
    #expect(
      problems == [
        "version: is missing; it must be an integer from 1 to 1000000",
        "sampling.seed: must be an integer from 0 to 9007199254740991, not -1",
        "throughput[0].decode_tokens: must be an integer from 1 to 131072, not 0",
        "accuracy[1].items[0].answer: must be an integer from 0 to 1, not 2",
        "plan.blocs: is an unknown key; known here: blocks, minimum_blocks, warm_ups, order_seed, divergence_limit, void_limit",
        "promotion.objectives[0].min_effect: must be a number at least 0.0 and at most 10.0, not the string \"much\"",
        "promotion.guardrails[3].cell: must be absent: peak_memory_bytes is of the whole run",
      ])
  }

  @Test("A mistyped key is reported with the missing one that is nearest")
  func mistypedKey() throws {
    #expect(
      try ExampleEnvelope.problems([("plan.blocks", nil), ("plan.blocs", 4)]) == [
        "plan.blocks: is missing; it must be an integer from 1 to 10000",
        "plan.blocs: is an unknown key; did you mean \"blocks\"?",
      ])
  }

  @Test("The error lists every problem, one per line")
  func description() {
    let error = EnvelopeError.invalid(
      file: "a.json", problems: [.init(path: "id", message: "is missing"), .init(path: "", message: "is odd")])
    #expect(error.description == "the envelope a.json has 2 problems:\n  id: is missing\n  is odd")
  }

  @Test("An unknown schema version is the only problem, whatever else it means")
  func schema() throws {
    #expect(
      try ExampleEnvelope.problems([("schema", 3), ("plan", nil)]) == [
        "schema: must be 1 or 2, the schema versions that this program reads, not 3"
      ])
  }

  @Test("Anything but an object is refused")
  func notAnObject() {
    let error = #expect(throws: EnvelopeError.self) { try Envelope(source: [1, 2], file: "a.json") }
    #expect(error?.description == "the envelope a.json has 1 problem:\n  the file must be an object, not an array")
  }

  @Test("Hostile keys and values are shown short and on one line")
  func hostileKey() throws {
    let long = String(repeating: "k", count: 100_000)
    for key in ["a\nb", long] {
      let problems = try ExampleEnvelope.problems([(key, .string(long)), ("version", .string(long))])
      #expect(problems.count == 2)
      #expect(problems.allSatisfy { $0.utf8.count < 300 && !$0.contains("\n") })
    }
  }

  @Test("A file with a hundred thousand unknown keys is refused in a moment, and their number said")
  func manyProblems() throws {
    let members = (0..<100_000).map { "\"key\($0)\":0" }.joined(separator: ",")
    let problems = try ExampleEnvelope.problems([("plan", JSONValue(parsing: "{\(members)}"))])
    #expect(problems.count == ProblemList.limit + 1)
    // 4 members of the plan are missing.
    #expect(problems.last == "and 99004 more")
  }
}
