import Synchronization

/// The values that were asked for last, by key, so that what many callers ask for is made once.
///
/// It may be shared between threads; two that miss the same value at once may both make it.
public final class RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    let key: Key
    let value: Value
  }

  /// The one that was asked for last stands last.
  private let entries = Mutex<[Entry]>([])
  private let limit: Int

  /// - Parameter limit: The most values that are kept; a few, since looking one up takes O(*n*) in them.
  public init(limit: Int) { self.limit = limit }

  /// The value of a key; if it is not kept, `make` makes it, and the value that was not asked for the longest goes.
  public func value<Failure>(of key: Key, _ make: () throws(Failure) -> Value) throws(Failure) -> Value {
    let known = entries.withLock { entries -> Value? in
      guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
      let entry = entries.remove(at: index)
      entries.append(entry)
      return entry.value
    }
    if let known { return known }
    let value = try make()
    entries.withLock { entries in
      entries.removeAll { $0.key == key }
      if entries.count >= limit { entries.removeFirst() }
      entries.append(Entry(key: key, value: value))
    }
    return value
  }
}
