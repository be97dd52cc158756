/// The logits of the next token, by id.
///
/// They stand in the session's own memory and change with its next call: copy what must outlast it.
public struct Logits: RandomAccessCollection {
  private let storage: FloatBuffer
  private let offset: Int
  public let endIndex: Int

  init(_ storage: FloatBuffer, offset: Int = 0, count: Int) {
    self.storage = storage
    self.offset = offset
    endIndex = count
  }

  public var startIndex: Int { 0 }

  public subscript(id: Int) -> Float {
    precondition(id >= 0 && id < endIndex, "no such token id")
    return storage.base[offset + id]
  }

  /// Calls `body` with the values in one piece.
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeBufferPointer(body)
  }

  /// Calls `body` with the values in one piece.
  public func withUnsafeBufferPointer<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result
  {
    try withExtendedLifetime(storage) { try body(UnsafeBufferPointer(start: storage.base + offset, count: endIndex)) }
  }
}
