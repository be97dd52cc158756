import ArgumentParser
import JSON
import Measurements
import Store
import Verdicts

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain in words why a comparison's verdict is what it is, and what another one would take.",
    discussion: "Example: resident explain 1")

  @Argument(help: "The comparison's number, as `resident compare` printed it.", completion: Completions.comparisons)
  var comparison: Int64

  @OptionGroup var database: DatabaseOption
  @OptionGroup var imports: AdmissionOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let store = try database.open(.readOnly)
    let number = SessionNumber(rawValue: comparison)
    let verdict = try Judge(try store.verdictInputs(of: number, admitting: imports.admission)).verdict()
    let mark = try store.mark(of: number)
    if json {
      let output: JSONValue = [
        "comparison": .integer(Int(comparison)), "outcome": .string(verdict.outcome.rawValue),
        "explanation": .init(verdict.explanation), "origin": mark.origin.json,
        "set_aside": mark.setAside?.json ?? .null,
      ]
      return Terminal.write(result: output)
    }
    Terminal.write("comparison \(number), \(mark.text.printable)\n" + verdict.explanationText(width: Terminal.width))
  }
}
