import Foundation
import Measurements
import ModelRegistry
import Promotion
import Store

/// Edits a registry for tests that need another process, and kills itself at the given step.
///
/// Arguments: `edit PATH ROLE EXPECTED REPLACEMENT [STEP]` kills itself at that step;
/// `promote PATH DATABASE ROLES COMPARISON STEP` promotes and kills itself at that step;
/// `loop PATH ROLE ONE OTHER` swaps two ids to and fro, with a line on standard output after each, until it is killed.
let arguments = CommandLine.arguments.dropFirst()
guard arguments.count >= 5, let mode = arguments.first else { exit(64) }
let words = Array(arguments.dropFirst())
let fatalStep = words.count > 4 ? WriteStep(rawValue: words[4]) : nil
let file = RegistryFile(URL(fileURLWithPath: words[0])) { step in
  if step == fatalStep { kill(getpid(), SIGKILL) }
}
do {
  if mode == "promote" {
    let store = try MeasurementStore(at: URL(fileURLWithPath: words[1]), mode: .readWrite)
    let number = SessionNumber(rawValue: Int64(words[3]) ?? 0)
    _ = try Promoter(store: store, registry: file, requester: "helper")
      .promote(
        number, roles: words[2].split(separator: ",").map { Role(rawValue: String($0)) },
        weights: WeightInspector { model, _ in
          // As the tests' comparison has them.
          ["model.safetensors": String(repeating: model == "org/new" ? "2" : "1", count: 64)]
        })
    exit(0)
  }
  var edit = try RegistryEdit(
    role: Role(rawValue: words[1]), expected: ModelID(rawValue: words[2]), replacement: ModelID(rawValue: words[3]))
  try file.apply(edit)
  while mode == "loop" {
    try FileHandle.standardOutput.write(contentsOf: Data("swapped\n".utf8))
    edit = try edit.reversed()
    try file.apply(edit)
  }
} catch RegistryError.residentMoved {
  exit(3)
} catch {
  try? FileHandle.standardError.write(contentsOf: Data("\(error)\n".utf8))
  exit(1)
}
