import ArgumentParser
import JSON

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Examine the whole set-up and say how to mend each finding.",
    discussion: """
      Example: resident doctor --quick

      Looks at the registry, the database, the disk, the memory, the clock, sleep settings, locks and each resident's \
      model, which generates one token. Nothing is changed. Exit code 0 without failures, 1 with.
      """)

  @OptionGroup var library: LibraryOption
  @OptionGroup var database: DatabaseOption
  @OptionGroup var registry: RegistryOption

  @Flag(help: "Load no model.")
  var quick = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    let examination = Examination(
      registry: registry.file, database: database.url, library: library.library, worker: ProgramIdentity.worker,
      generates: !quick)
    let findings = await examination.run { finding in
      if !json { Terminal.write(finding.text) }
    }
    if json { Terminal.write(result: ["findings": .array(findings.map(\.json))]) }
    if findings.contains(where: { $0.state == .failure }) { throw ExitCode(1) }
  }
}

extension Finding {
  fileprivate var text: String {
    let name = state.rawValue + String(repeating: " ", count: 7 - state.rawValue.count)
    return "\(name)  \(subject): \(detail)\n" + (remedy.map { "         mend it with: \($0)\n" } ?? "")
  }

  fileprivate var json: JSONValue {
    [
      "subject": .string(subject), "state": .string(state.rawValue), "detail": .string(detail),
      "remedy": .init(remedy),
    ]
  }
}
