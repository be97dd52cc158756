import ArgumentParser
import JSON

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Examine the whole set-up and say how to mend each finding.",
    discussion: """
      Looks at the registry, the database, the disk, the memory, the clock, sleep settings, locks and each resident's \
      model, which generates one token. Nothing is changed. Exit code 0 without failures, 1 with.
      """)

  @OptionGroup var library: LibraryOption
  @OptionGroup var database: DatabaseOption
  @OptionGroup var registry: RegistryOption

  @Flag(help: "Load no model.")
  var quick = false

  @Flag(help: "Print one JSON array.")
  var json = false

  func run() async throws {
    let examination = Examination(
      registry: registry.file, database: database.url, library: library.library,
      command: ProgramIdentity.worker, generates: !quick)
    let findings = await examination.run { finding in
      guard !json else { return }
      Terminal.write("\(Self.name(of: finding.state))  \(finding.subject): \(finding.detail)\n")
      if let remedy = finding.remedy { Terminal.write("         mend it with: \(remedy)\n") }
    }
    if json { Terminal.write(JSONValue.array(findings.map(\.json)).serialized(.pretty) + "\n") }
    if findings.contains(where: { $0.state == .failure }) { throw ExitCode(1) }
  }

  private static func name(of state: Finding.State) -> String {
    state.rawValue + String(repeating: " ", count: 7 - state.rawValue.count)
  }
}
