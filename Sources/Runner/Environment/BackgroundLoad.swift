import Foundation
import Measurements
import WorkerProtocol

/// What the machine does beside measuring, in the class `under-load`: a model answers a recorded stream of requests in a
/// worker of its own, over and over.
public struct BackgroundLoad: Sendable, Equatable {
  /// One request of the stream.
  public struct Request: Sendable, Equatable {
    /// Seconds from the start of the stream.
    public var at: Double
    public var prompt: String
    public var maximumTokens: Int

    public init(at: Double, prompt: String, maximumTokens: Int) {
      self.at = at
      self.prompt = prompt
      self.maximumTokens = maximumTokens
    }
  }

  public var model: ModelID
  public var folder: URL
  /// By time, none empty.
  public var stream: [Request]

  public init(model: ModelID, folder: URL, stream: [Request]) {
    self.model = model
    self.folder = folder
    self.stream = stream
  }
}

extension BackgroundLoad {
  /// At least the tokens of the longest request, since a token is at least a byte.
  fileprivate var longestByteCount: Int { stream.map { $0.prompt.utf8.count + $0.maximumTokens }.max() ?? 0 }
}

/// Runs a background load until it is stopped.
actor LoadGenerator {
  private let load: BackgroundLoad
  private let plan: MeasurementPlan
  private var task: Task<Void, Never>?
  private var answered = 0
  private var tokens = 0
  /// Why it ended before it was stopped, or nil.
  private var failure: WorkerFailure?

  init(_ load: BackgroundLoad, plan: MeasurementPlan) {
    self.load = load
    self.plan = plan
  }

  /// Loads the model and starts to answer.
  ///
  /// - Throws: `WorkerFailure` where the model cannot be loaded.
  func start() async throws(WorkerFailure) {
    let worker = try await plan.startWorker(
      load.folder, contextLength: max(plan.contextLength, load.longestByteCount))
    task = Task {
      await self.answer(worker)
      await worker.close()
    }
  }

  /// Ends the worker after the request that it is at, and says what was answered.
  func stop() async -> String {
    task?.cancel()
    await task?.value
    task = nil
    return
      "\(load.model) answered \(answered) requests (\(tokens) tokens) of a stream of \(load.stream.count) meanwhile"
      + (failure.map { "; the last failure: \($0)" } ?? "")
  }

  private func answer(_ worker: ModelWorker) async {
    let clock = ContinuousClock()
    while !Task.isCancelled {
      let start = clock.now
      for request in load.stream {
        try? await clock.sleep(until: start + .seconds(request.at))
        if Task.isCancelled { return }
        do throws(WorkerFailure) {
          let prompt = try await worker.tokens(of: request.prompt)
          let reply = try await worker.generate(
            GenerateOptions(prompt: prompt, maximumTokens: request.maximumTokens, reusesPrefix: true))
          answered += 1
          tokens += try reply.value("tokens", \.tokens).count
        } catch {
          failure = error
          if error.endsWorker { return }
        }
      }
    }
  }
}
