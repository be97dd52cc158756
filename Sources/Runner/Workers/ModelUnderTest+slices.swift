import Envelopes
import Measurements
import Platform
import WorkerProtocol

extension ModelUnderTest {
  /// Begins a request of a throughput cell that is made in slices, in place of any other.
  func begin(_ cell: ThroughputCell) async {
    var request = SlicedRequest(cell)
    if let worker {
      do throws(WorkerFailure) {
        note(cacheProblem: try request.check(try await worker.begin(try await self.request(of: cell, worker))))
      } catch {
        request.failure = await end(worker, after: error)
      }
    } else {
      request.failure = noWorker
    }
    slicedRequest = request
  }

  /// Works on the next slice of the request that was begun.
  ///
  /// - Returns: Whether there was one left.
  func advance(by sizes: SliceSizes) async -> Bool {
    guard var request = slicedRequest, let worker, let step = request.next(sizes) else { return false }
    do throws(WorkerFailure) {
      let start = Machine.monotonicNanoseconds
      let reply = try await worker.advance(by: step.tokens, of: step.phase)
      try request.take(reply, for: step, elapsed: Int64(Machine.monotonicNanoseconds - start))
    } catch {
      request.failure = await end(worker, after: error)
    }
    request.peakMemoryBytes = await worker.peakMemoryBytes
    slicedRequest = request
    return true
  }

  /// The sample of the request that was begun, which is then over; nil if none was.
  func takeSlicedSample(block: Int) -> Sample? {
    guard let request = slicedRequest else { return nil }
    slicedRequest = nil
    return Sample(
      place: Sample.Place(cell: request.cell.id, block: block, repetition: 0), startedAt: request.startedAt,
      elapsedNanoseconds: request.elapsedNanoseconds, peakMemoryBytes: Int64(request.peakMemoryBytes),
      loadAverage: request.loadAverage, outcome: request.outcome)
  }
}
