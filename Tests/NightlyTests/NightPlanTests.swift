import JSON
import Measurements
import Testing

@testable import Nightly

@Suite("Reading a night's plan")
struct NightPlanTests {
  private let folder: NightFolder

  init() throws { folder = try NightFolder() }

  private func problems(_ members: [(String, JSONValue)]) throws -> [String] {
    do {
      _ = try folder.plan(["new"], members)
      return []
    } catch NightPlanError.invalid(_, let problems) {
      return problems.map(\.description)
    }
  }

  @Test("A plan has its roles, candidates, envelopes, budget and limits")
  func valid() throws {
    let plan = try folder.plan(["a", "org/b"], [("threads", 2)])
    #expect(plan.candidates == ["a", "org/b"] && plan.roles == ["default"] && plan.threads == 2)
    #expect(plan.envelopes.map(\.id) == ["tiny"] && plan.environments == [.isolated])
    #expect(plan.budget.minutes == 1440 && plan.limits.load == 20 && plan.limits.prefill == 600)
  }

  @Test("All problems are named with their paths at once")
  func invalid() throws {
    let found = try problems([
      ("roles", []), ("envelopes", ["nope.json"]), ("budget", ["minuts": 5]), ("watchdog", ["load_seconds": 0]),
      ("candidats", []),
    ])
    #expect(
      found.map { $0.prefix { $0 != ":" } } == [
        "roles", "envelopes[0]", "budget.minutes", "budget.minuts", "watchdog.load_seconds", "candidats",
      ])
  }

  @Test("The class under-load needs a stream of requests, each line of it well formed")
  func load() throws {
    #expect(try problems([("environments", ["under-load"])]).first?.hasPrefix("load: is missing") == true)
    try folder.folder.write("{\"at_seconds\": 1, \"prompt\": \"Hi\", \"max_tokens\": 4}\nnonsense\n", to: "s.jsonl")
    let members: [(String, JSONValue)] = [("environments", ["under-load"]), ("load", ["stream": "s.jsonl"])]
    #expect(try problems(members).first?.contains("1 of 2 are not") == true)
    try folder.folder.write("{\"at_seconds\": 1, \"prompt\": \"Hi\", \"max_tokens\": 4}\n", to: "s.jsonl")
    #expect(try folder.plan(["new"], members).load.map(\.prompt) == ["Hi"])
  }
}
