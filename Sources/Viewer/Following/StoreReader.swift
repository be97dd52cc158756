import Foundation
import Store

/// A connection whose calls, which block, run on a thread of their own: those that serve are few.
struct StoreReader: Sendable {
  private let store: MeasurementStore
  private let queue: DispatchQueue

  /// - Throws: `StoreError.file` where the database cannot be read.
  init(_ database: URL, name: String) throws {
    store = try MeasurementStore(at: database, mode: .readOnly)
    queue = DispatchQueue(label: "resident.viewer.\(name)")
  }

  func read<Value: Sendable>(_ body: @escaping @Sendable (MeasurementStore) throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body(store) }) }
    }
  }
}
