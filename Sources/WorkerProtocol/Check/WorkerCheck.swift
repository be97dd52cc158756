/// Checks whether a worker keeps to the line protocol.
public struct WorkerCheck: Sendable {
  /// The outcome of one requirement.
  public struct Finding: Sendable {
    public enum Outcome: Sendable, Equatable {
      case met
      /// The worker says that it does not offer this, which the protocol allows.
      case unsupported(String)
      case violated(String)
    }

    public let requirement: WorkerRequirement
    public let outcome: Outcome
  }

  private let command: WorkerCommand
  private let model: String
  private let seconds: Double

  /// - Parameters:
  ///   - model: The path of a model folder that the worker can load.
  ///   - seconds: How long any answer may take.
  public init(_ command: WorkerCommand, model: String, seconds: Double) {
    self.command = command
    self.model = model
    self.seconds = seconds
  }

  /// Checks the requirements, none of which depends on another.
  ///
  /// - Parameters:
  ///   - report: Called with each finding at once.
  ///   - transcript: Called with each line that either side sends.
  /// - Throws: `CancellationError`.
  public func run(
    _ requirements: [WorkerRequirement] = WorkerRequirement.all, report: (Finding) -> Void = { _ in },
    transcript: @escaping @Sendable (TranscriptLine) -> Void = { _ in }
  ) async throws -> [Finding] {
    let worker = CheckedWorker(command, model: model, seconds: seconds, transcript: transcript)
    var findings: [Finding] = []
    for requirement in requirements {
      try Task.checkCancellation()
      let finding = Finding(requirement: requirement, outcome: await outcome(of: requirement, worker))
      findings.append(finding)
      report(finding)
    }
    await worker.close()
    return findings
  }

  private func outcome(of requirement: WorkerRequirement, _ worker: CheckedWorker) async -> Finding.Outcome {
    do {
      try await requirement.check(worker)
      return .met
    } catch let unsupported as Unsupported {
      return .unsupported(unsupported.description)
    } catch {
      // What the worker does after a violation says nothing more.
      await worker.close()
      return .violated(String(describing: error))
    }
  }
}

/// A line that the checker or the worker sent.
public struct TranscriptLine: Sendable {
  public enum Sender: String, Sendable {
    case runner
    case worker
  }

  public let sender: Sender
  public let text: String
}
