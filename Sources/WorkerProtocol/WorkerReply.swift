import JSON

/// A worker's answer to one request.
public struct WorkerReply: Sendable, Equatable {
  public var result: JSONObject
  /// The most bytes of main memory that the worker has held so far.
  public var peakMemoryBytes: Int

  /// The text that came in pieces before the answer, split anywhere, even within a character; empty for most workers.
  public var pieces: [[UInt8]]

  public init(result: JSONObject, peakMemoryBytes: Int, pieces: [[UInt8]] = []) {
    self.result = result
    self.peakMemoryBytes = peakMemoryBytes
    self.pieces = pieces
  }

  /// The bytes of the generated text: its pieces where some came, else the member `text` as one.
  ///
  /// - Throws: `.notAWorker` where there is neither.
  public func textPieces() throws(WorkerFailure) -> [[UInt8]] {
    pieces.isEmpty ? [Array(try value("text", \.string).utf8)] : pieces
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
