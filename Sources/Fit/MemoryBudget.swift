import Platform

/// The memory of a machine, and how much of it models may take.
public struct MemoryBudget: Sendable, Equatable {
  /// In bytes.
  public let memory: Int
  /// Bytes that stay free for the system and everything else.
  public let reserve: Int

  public var available: Int { max(0, memory - reserve) }

  /// - Parameters:
  ///   - memory: In bytes; nil for this machine's.
  ///   - reserve: In bytes; nil for ``defaultReserve(of:)``.
  public init(memory: Int? = nil, reserve: Int? = nil) {
    self.memory = memory ?? Machine.memoryByteCount
    self.reserve = reserve ?? Self.defaultReserve(of: self.memory)
  }

  /// A quarter of the memory, at most 16 GiB: by default a Mac's graphics processor may hold three quarters of it.
  public static func defaultReserve(of memory: Int) -> Int { min(memory / 4, 16 << 30) }
}
