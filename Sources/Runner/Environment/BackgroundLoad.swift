import Foundation
import Measurements
import Store
import WorkerProtocol

/// What the machine does beside measuring, in the class `under-load`: a model answers a recorded stream of requests in a
/// separate worker, over and over.
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
  /// In the order of time; not empty.
  public var stream: [Request]

  public init(model: ModelID, folder: URL, stream: [Request]) {
    self.model = model
    self.folder = folder
    self.stream = stream
  }
}

extension MeasurementRunner {
  /// Runs `body` beside the plan's background load, if it has one, and records what that did.
  ///
  /// - Throws: What `body` throws; `RunnerError.notLoaded` for the load's model, `StoreError`.
  func underLoad(_ session: SessionNumber, _ body: () async throws -> Void) async throws {
    guard let load = plan.load, plan.environment == .underLoad else { return try await body() }
    let generator = LoadGenerator(load, plan: plan)
    do throws(WorkerFailure) {
      try await generator.start()
    } catch {
      throw RunnerError.notLoaded(load.model, error)
    }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    let summary = await generator.stop()
    try Recorder(store: store, session: session, report: report).record(.backgroundLoad, summary, model: load.model)
    try result.get()
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
  /// - Throws: `WorkerFailure` if the model cannot be loaded.
  func start() async throws(WorkerFailure) {
    let worker = try await startWorker()
    task = Task {
      var worker: ModelWorker? = worker
      while let current = worker {
        await self.answer(current)
        await current.close()
        worker = Task.isCancelled ? nil : await self.restarted()
      }
    }
  }

  private func startWorker() async throws(WorkerFailure) -> ModelWorker {
    try await plan.startWorker(load.folder, contextLength: max(plan.contextLength, load.longestByteCount))
  }

  /// A worker in place of one that ended, or nil: what is measured is to be measured under load to its end.
  private func restarted() async -> ModelWorker? {
    do throws(WorkerFailure) {
      return try await startWorker()
    } catch {
      failure = error
      return nil
    }
  }

  /// Ends the worker after its current request.
  ///
  /// - Returns: What was answered, in words.
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
