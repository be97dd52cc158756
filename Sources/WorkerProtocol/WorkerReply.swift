import JSON

/// A worker's answer to one request.
public struct WorkerReply: Sendable, Equatable {
  public var result: JSONObject
  /// The most bytes of main memory that the worker has held so far.
  public var peakMemoryBytes: Int

  public init(result: JSONObject, peakMemoryBytes: Int) {
    self.result = result
    self.peakMemoryBytes = peakMemoryBytes
  }

  /// The member of that name.
  ///
  /// - Throws: `.notAWorker` where it is missing or of another type.
  public func value<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(WorkerFailure) -> Value {
    guard let member = result[name], let value = read(member) else {
      throw .notAWorker("an answer without a valid \"\(name)\"")
    }
    return value
  }
}
