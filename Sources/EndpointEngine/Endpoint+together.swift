import Foundation
import Synchronization

extension Endpoint {
  /// Sends requests at once, each by a client of its own, and reads all streams.
  ///
  /// - Throws: The first `EndpointError`; `.overLimit` before any other: it says why the rest may have failed.
  public func complete(together requests: [CompletionRequest], within seconds: Double) throws -> [Completion] {
    let results = Mutex([Result<Completion, EndpointError>?](repeating: nil, count: requests.count))
    let group = DispatchGroup()
    for (index, request) in requests.enumerated() {
      group.enter()
      Thread {
        let result: Result<Completion, EndpointError>
        do {
          result = .success(try complete(request, within: seconds))
        } catch {
          result = .failure(error as? EndpointError ?? .unreachable(String(describing: error)))
        }
        results.withLock { $0[index] = result }
        group.leave()
      }.start()
    }
    group.wait()
    let all = results.withLock { $0.compactMap { $0 } }
    let failures = all.compactMap { if case .failure(let error) = $0 { error } else { nil } }
    if failures.contains(.overLimit(concurrency: 1)) { throw EndpointError.overLimit(concurrency: requests.count) }
    return try all.map { try $0.get() }
  }
}
