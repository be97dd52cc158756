import ArgumentParser
import JSON
import Promotion
import Store

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say in words why a comparison's verdict is what it is, and what another one would take.")

  @Argument(help: "The comparison's number, as `resident compare` printed it.")
  var comparison: Int64

  @OptionGroup var registry: RegistryOption
  @OptionGroup var database: DatabaseOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let store = try database.open(.readOnly)
    let promoter = Promoter(store: store, registry: registry.file, requester: Requester.name)
    let (verdict, _) = try promoter.judge(SessionNumber(rawValue: comparison))
    if json {
      let output: JSONValue = [
        "comparison": .integer(Int(comparison)), "outcome": .string(verdict.outcome.rawValue),
        "explanation": .array(verdict.explanation.map { .string($0) }),
      ]
      return Terminal.write(output.serialized(.pretty) + "\n")
    }
    Terminal.write(verdict.explanationText(width: Terminal.width))
  }
}
