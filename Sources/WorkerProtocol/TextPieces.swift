import Foundation

/// A generation's text as it comes, line by line: `{"id": 7, "piece": "SGVsbG8="}`, base64 of its bytes.
///
/// A worker that was asked to stream may send them before its answer, whose `text` it may then leave out. Bytes, because a token may end
/// within a character, which a JSON string could not say.
struct TextPieces {
  private(set) var pieces: [[UInt8]] = []
  private var byteCount = 0

  /// - Throws: `.notAWorker` where it is not base64, or where all pieces together exceed the limit of a line.
  mutating func append(base64 text: String) throws(WorkerFailure) {
    guard let piece = Data(base64Encoded: text) else { throw .notAWorker("a piece of text that is not base64") }
    byteCount += piece.count
    guard byteCount <= WorkerProtocol.lineLimit else {
      throw .notAWorker("a text of more than \(WorkerProtocol.lineLimit >> 20) MiB in pieces")
    }
    pieces.append(Array(piece))
  }
}
