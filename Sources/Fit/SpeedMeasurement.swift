import CKernels
import Checkpoint
import Dispatch
import Foundation
import JSON
import NativeEngine
import Platform

/// Measures this machine's limits in about two seconds.
public enum SpeedMeasurement {
  /// Far more than caches hold.
  private static let byteCount = 512 << 20
  private static let passes = 5

  /// - Parameter threads: Threads that read and compute; nil takes one per physical core.
  /// - Throws: ``FitError/notMeasured(_:)`` or `EngineError`.
  public static func run(threads: Int? = nil) throws -> HostSpeed {
    let count = threads ?? Machine.physicalCoreCount
    return HostSpeed(
      name: Machine.processorName, memory: Machine.memoryByteCount, readBandwidth: try readBandwidth(threads: count),
      operationRate: try operationRate(threads: count), source: "measured with \(count) threads")
  }

  /// Bytes per second of the best pass: a limit is what is reached when nothing else disturbs.
  static func readBandwidth(threads: Int) throws -> Double {
    let size = min(byteCount, Machine.freeMemoryByteCount / 2) / 4096 * 4096
    let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard size > 0, let address, address != MAP_FAILED else {
      throw FitError.notMeasured("the system has no \(byteCount >> 20) MiB of memory free")
    }
    defer { munmap(address, size) }
    #if os(Linux)
      madvise(address, size, MADV_HUGEPAGE)
    #endif
    memset(address, 1, size)
    let words = size / MemoryLayout<UInt64>.size
    nonisolated(unsafe) let first = UnsafePointer(address.bindMemory(to: UInt64.self, capacity: words))
    let best = (0..<passes).map { _ in
      let start = Machine.monotonicNanoseconds
      DispatchQueue.concurrentPerform(iterations: threads) { part in
        let (from, to) = (words * part / threads, words * (part + 1) / threads)
        _ = rk_sum_words(first + from, Int64(to - from))
      }
      return Machine.monotonicNanoseconds - start
    }.min()
    guard let best, best > 0 else { throw FitError.notMeasured("the clock does not move") }
    return Double(size) * 1e9 / Double(best)
  }

  /// Operations per second of a prompt through one layer of 4 bits.
  static func operationRate(threads: Int) throws -> Double {
    let config = try ModelConfig(
      parsing: [
        "model_type": "llama", "hidden_size": 2048, "num_hidden_layers": 2, "num_attention_heads": 16,
        "rms_norm_eps": 1e-5,
        "intermediate_size": 8192, "vocab_size": 1024, "tie_word_embeddings": true,
        "quantization": ["group_size": 64, "bits": 4],
      ], file: "the layer that is timed")
    let tokens = 384
    let plan = try ModelPlan(config)
    let rehearsal = try Rehearsal(config, byteLimit: 1 << 30, options: Session.Options(threads: threads))
    let rate = try rehearsal.rate(of: .prefill(tokens), repetitions: 5).range.upperBound
    return 2 * Double(plan.activeParameterCount) * rate
  }
}
