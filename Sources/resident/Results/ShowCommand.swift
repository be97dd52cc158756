import ArgumentParser
import JSON
import Measurements
import Promotion
import Report
import Store
import Verdicts

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one comparison in full: the verdict's rules and the pairs behind them.",
    discussion: "The comparison is judged anew from its samples; nothing is recorded and no registry is read.")

  @Argument(help: "The comparison's number, as `resident sessions` lists it.")
  var comparison: Int64

  @OptionGroup var registry: RegistryOption
  @OptionGroup var database: DatabaseOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let store = try database.open(.readOnly)
    let number = SessionNumber(rawValue: comparison)
    let promoter = Promoter(store: store, registry: registry.file, requester: Requester.name)
    let evidence = try store.evidence(number)
    let earlier = try store.earlierEvidence(of: number).filter(evidence.continues)
    let (verdict, envelope) = try promoter.judge(evidence, after: earlier)
    let traces = try evidenceTraces(in: evidence, under: envelope, after: earlier)
    if json {
      let output: JSONValue = [
        "comparison": .integer(Int(comparison)), "state": .string(evidence.state.rawValue),
        "started_at_s": .number(evidence.session.startedAt), "verdict": verdict.json,
        "traces": .array(traces.map(\.json)),
      ]
      return Terminal.write(output.serialized(.pretty) + "\n")
    }
    Terminal.write(ComparisonText(number: number, verdict: verdict, traces: traces).text(TerminalStyle()))
  }
}
