import Foundation
import ModelRegistry
import Runner
import WorkerProtocol

/// Looks at everything that a night needs, and says how to mend what is not well.
///
/// Nothing is changed or repaired.
public struct Examination: Sendable {
  let registry: RegistryFile
  let database: URL
  let library: ModelLibrary
  let command: WorkerCommand
  /// Whether each resident is loaded to generate a token.
  let generates: Bool

  public init(
    registry: RegistryFile, database: URL, library: ModelLibrary, command: WorkerCommand, generates: Bool = true
  ) {
    self.registry = registry
    self.database = database
    self.library = library
    self.command = command
    self.generates = generates
  }

  /// Examines part after part; `onFinding` hears of each finding at once.
  public func run(onFinding: (Finding) -> Void = { _ in }) async -> [Finding] {
    var findings: [Finding] = []
    func add(_ found: [Finding]) {
      findings += found
      found.forEach(onFinding)
    }
    let (ofRegistry, residents) = examineRegistry()
    add(ofRegistry)
    let (ofDatabase, store) = examineDatabase()
    add(ofDatabase)
    add(examineDisk())
    add(examineMemory(residents))
    add(examineClock(store))
    add(examineSleep())
    add(examineLocks())
    for model in residents { add(await examine(model, store)) }
    return findings
  }
}
