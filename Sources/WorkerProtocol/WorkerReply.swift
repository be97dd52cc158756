import Foundation
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

  /// The bytes of the generated text: its pieces if there are any, else the member `text` as one.
  ///
  /// - Throws: `.notAWorker` if there is neither.
  public func textPieces() throws(WorkerFailure) -> [[UInt8]] {
    pieces.isEmpty ? [Array(try value("text", \.string).utf8)] : pieces
  }

  /// The member of that name.
  ///
  /// - Throws: `.notAWorker` if it is missing or of another type.
  public func value<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(WorkerFailure) -> Value {
    guard let member = result[name], let value = read(member) else {
      throw .notAWorker("an answer without a valid \"\(name)\"")
    }
    return value
  }
}

/// A generation's text as it arrives, line by line: `{"id": 7, "piece": "SGVsbG8="}`, base64 of its bytes.
///
/// A worker that was asked to stream may send pieces before its answer, whose `text` it may then leave out. They are
/// bytes, because a token may end within a character, which a JSON string cannot express.
struct TextPieces {
  private(set) var pieces: [[UInt8]] = []
  private var byteCount = 0

  /// - Throws: `.notAWorker` if it is not base64, or if all pieces together exceed the limit of a line.
  mutating func append(base64 text: String) throws(WorkerFailure) {
    guard let piece = Data(base64Encoded: text) else { throw .notAWorker("a piece of text that is not base64") }
    byteCount += piece.count
    guard byteCount <= WorkerProtocol.lineLimit else {
      throw .notAWorker("a text of more than \(WorkerProtocol.lineLimit >> 20) MiB in pieces")
    }
    pieces.append(Array(piece))
  }
}
