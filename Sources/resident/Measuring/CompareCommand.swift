import ArgumentParser
import Envelopes
import Foundation
import JSON
import Measurements
import ModelRegistry
import Runner
import Store
import Verdicts

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Measure a candidate against the resident, in turns, through one envelope.",
    discussion: """
      Each model has a worker process, and one computes at a time. An envelope of rounds loads both anew for each round \
      and lets their requests take turns in slices; one of blocks goes resident, candidate, candidate, resident or the \
      other way round. The verdict is printed; `resident promote` acts on it. Exit code 0 whatever the verdict.

      Example: resident compare qwen3-4b --role default --envelope envelopes/nightly.json
      """)

  @Argument(
    help: "The candidate: a model id of the library, or the path of a model folder.", completion: Completions.models)
  var candidate: String

  @Option(help: "Compare with the model that this role resolves to.", completion: Completions.roles)
  var role: String?

  @Option(
    help: ArgumentHelp("Compare with this model: an id, or the path of a folder.", valueName: "model"),
    completion: Completions.models)
  var against: String?

  @OptionGroup var options: MeasuringOptions
  @OptionGroup var registry: RegistryOption

  func validate() throws {
    if (role == nil) == (against == nil) { throw ValidationError("Give either --role or --against.") }
  }

  func run() async throws {
    let envelope = try Envelope(contentsOf: URL(fileURLWithPath: options.envelope))
    let candidate = try options.library.model(named: self.candidate)
    let resident = try resident()
    guard resident.id != candidate.id else { throw RunnerError.sameModel(resident.id) }
    var plan = try options.plan(
      [
        MeasurementPlan.Contender(side: .resident, model: resident.id, folder: resident.folder),
        MeasurementPlan.Contender(side: .candidate, model: candidate.id, folder: candidate.folder),
      ],
      role: role.map(Role.init(rawValue:)), envelope: envelope, registry: registry.file.url)
    plan.challenges = ChallengeLedgerFile(beside: registry.file.url)
    plan.admission = try RegistryPolicyFile(beside: registry.file.url).read()?.admission ?? .none
    let store = try options.database.open(.readWrite)
    let (number, machine) = try await Measuring.run(
      plan, store: store, resuming: options.resume, whenBusy: options.lock.whenBusy,
      waitingForQuiet: options.quiet.minutes)
    let inputs = try store.verdictInputs(of: number, admitting: plan.admission)
    let verdict = try Judge(inputs).verdict()
    let mark = try store.mark(of: number)
    try store.recordIfNew(verdict: verdict.json, outcome: verdict.outcome.rawValue, for: number)
    if options.json {
      let output: JSONValue = [
        "comparison": .integer(Int(number.rawValue)), "machine": machine?.json ?? .null, "verdict": verdict.json,
        "origin": mark.origin.json, "predictions": .array(inputs.evidence.predictions.map(\.json)),
      ]
      return Terminal.write(result: output)
    }
    let style = TerminalStyle()
    Terminal.write(verdict.text(width: Terminal.width, style: style.painted), style)
    let predicted = PredictionReading.text(inputs.evidence.predictions, width: Terminal.width)
    if !predicted.isEmpty { Terminal.write("\n" + predicted) }
    Terminal.write("\ncomparison \(number), \(mark.text)\nnext   \(nextStep(number, verdict))\n")
  }

  /// The one command that follows, complete as it is printed.
  private func nextStep(_ number: SessionNumber, _ verdict: Verdict) -> String {
    guard role != nil, verdict.outcome == .promote, !verdict.isProvisional else {
      return "resident show \(number)\(options.database.arguments)   # every pair and every void block"
    }
    return "resident promote --comparison \(number)\(options.database.arguments)\(registry.arguments)"
  }

  private func resident() throws -> (id: ModelID, folder: URL) {
    guard let role else { return try options.library.model(named: against ?? "") }
    let resolution = try registry.file.read().resolve(role)
    Terminal.writeError("\(resolution)\n")
    return (resolution.id, try options.library.library.folder(of: resolution.id))
  }
}
