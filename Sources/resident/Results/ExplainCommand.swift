import ArgumentParser
import JSON
import Store
import Verdicts

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain in words why a comparison's verdict is what it is, and what another one would take.")

  @Argument(help: "The comparison's number, as `resident compare` printed it.")
  var comparison: Int64

  @OptionGroup var database: DatabaseOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let store = try database.open(.readOnly)
    let verdict = try Judge(try store.verdictInputs(of: SessionNumber(rawValue: comparison))).verdict()
    if json {
      let output: JSONValue = [
        "comparison": .integer(Int(comparison)), "outcome": .string(verdict.outcome.rawValue),
        "explanation": .init(verdict.explanation),
      ]
      return Terminal.write(output)
    }
    Terminal.write(verdict.explanationText(width: Terminal.width))
  }
}
