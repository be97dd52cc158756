import Foundation
import ModelRegistry
import Runner
import WorkerProtocol

/// Looks at everything that a night needs, and says how to mend what is not well.
///
/// Nothing is changed or repaired.
struct Examination: Sendable {
  let registry: RegistryFile
  let database: URL
  let library: ModelLibrary
  /// The command that starts a worker.
  let worker: WorkerCommand
  /// Whether each resident is loaded to generate a token.
  var generates = true
  /// The Python interpreter of the mlx engine; nil for that of the environment or the project.
  var python: String?

  /// Examines one part after the other.
  ///
  /// - Parameter onFinding: Called with each finding at once.
  func run(onFinding: (Finding) -> Void = { _ in }) async -> [Finding] {
    var findings: [Finding] = []
    func add(_ found: [Finding]) {
      findings += found
      found.forEach(onFinding)
    }
    let (registryFinding, residents) = examineRegistry()
    add([registryFinding])
    let (databaseFindings, store) = examineDatabase()
    add(databaseFindings)
    add([examineDisk()])
    add([examineMemory(residents)])
    add([examineClock(store)])
    add([examineSleep()])
    add(examineLocks())
    for model in residents { add([await examine(model, store)] + examineVectors(model)) }
    add(examineEmbeddingsEngine(residents))
    return findings
  }
}

/// What an examination found out about one part of the set-up.
struct Finding: Sendable, Equatable {
  enum State: String, Sendable {
    case fine
    /// Measuring works, but something will cost time or mislead.
    case warning
    /// Measuring will fail or not start.
    case failure
  }

  /// The part, such as `registry` or `model org/name`.
  var subject: String
  var state: State
  var detail: String
  /// The command that mends it; nil if there is nothing to mend.
  var remedy: String?

  init(_ subject: String, _ state: State, _ detail: String, remedy: String? = nil) {
    self.subject = subject
    self.state = state
    self.detail = detail
    self.remedy = remedy
  }
}
