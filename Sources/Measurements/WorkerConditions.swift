import JSON

/// What a model's worker ran under after one load, as the operating system shows it from outside, and where its weights
/// stand.
///
/// Whatever differs between two sides may be why one of them is faster. No path or name is among it, so that it may leave
/// the machine.
public struct WorkerConditions: Sendable, Equatable {
  /// Where the weights stand that a worker computes with.
  public enum WeightsPlace: String, Sendable, CaseIterable {
    /// In memory of the worker's own.
    case memory
    /// In the page cache, mapped.
    case file
  }

  /// SHA-256 of the executables of the worker's process and of all that it started, ascending, each once; empty if the
  /// system does not show them.
  public var executables: [String]
  /// The highest nice value of these processes, from -20 to 20: the last to be given a processor has the highest.
  public var niceValue: Int?
  /// The processors that these processes may use, of the one that may use fewest, such as `0-1,4`; nil if the system does
  /// not bind processes to processors.
  public var affinity: String?
  /// As the worker says; nil if it does not.
  public var weightsPlace: WeightsPlace?
  /// Bytes of the worker's memory in huge pages, as it says; nil if it does not.
  public var hugePageBytes: Int?
  /// Whether the worker is another program than the one that measured would have started: the environment named it.
  public var isOverridden: Bool
  /// Whether the model stands in a server that ran before the worker and goes on after it, as the worker says: loading
  /// then draws nothing anew.
  public var isAttached: Bool

  public init(
    executables: [String] = [], niceValue: Int? = nil, affinity: String? = nil, weightsPlace: WeightsPlace? = nil,
    hugePageBytes: Int? = nil, isOverridden: Bool = false, isAttached: Bool = false
  ) {
    self.executables = executables
    self.niceValue = niceValue
    self.affinity = affinity
    self.weightsPlace = weightsPlace
    self.hugePageBytes = hugePageBytes
    self.isOverridden = isOverridden
    self.isAttached = isAttached
  }
}

extension WorkerConditions {
  /// What must be the same for both sides of a comparison, and for every load of a side.
  public enum Trait: String, Sendable, CaseIterable {
    case executable
    case niceValue = "nice value"
    case affinity = "processor affinity"
    case weightsPlace = "place of the weights"
    case command
    case server
  }

  /// A trait's value in words; nil if it is not known.
  public func value(of trait: Trait) -> String? {
    switch trait {
    case .executable: executables.isEmpty ? nil : executables.map { String($0.prefix(12)) }.joined(separator: "+")
    case .niceValue: niceValue.map(String.init)
    case .affinity: affinity
    case .weightsPlace: weightsPlace?.rawValue
    case .command: isOverridden ? Self.overridden : "own"
    case .server: isAttached ? Self.attached : "own"
    }
  }

  /// The traits in which these conditions differ from others.
  public func differences(from others: WorkerConditions) -> [Trait] {
    Trait.allCases.filter { trait in
      trait == .executable ? executables != others.executables : value(of: trait) != others.value(of: trait)
    }
  }

  /// The command of a worker that the environment named.
  private static let overridden = "overridden"
  /// The server that a worker found running.
  private static let attached = "attached"
}

/// As the store and the dataset keep it.
extension WorkerConditions {
  /// Absent members are not known; a worker that is not overridden has no member `command`, and one that is not attached
  /// to a server no member `server`.
  public var json: JSONObject {
    var object = JSONObject()
    if !executables.isEmpty { object["executables"] = .array(executables.map { .string($0) }) }
    object["nice"] = niceValue.map { .integer($0) }
    object["affinity"] = affinity.map { .string($0) }
    object["weights_in"] = weightsPlace.map { .string($0.rawValue) }
    object["huge_page_bytes"] = hugePageBytes.map { .integer($0) }
    if isOverridden { object["command"] = .string(Self.overridden) }
    if isAttached { object["server"] = .string(Self.attached) }
    return object
  }

  /// Nil unless all members are known and of their form: hashes, whole numbers, lists of processors and fixed words.
  public init?(json: JSONObject) {
    self.init()
    for (name, value) in json.members.map({ ($0.name, $0.value) }) {
      switch name {
      case "executables":
        guard let hashes = value.array?.compactMap(\.string), hashes.count == value.array?.count,
          hashes.allSatisfy(Self.isHash)
        else { return nil }
        executables = hashes
      case "nice":
        guard let number = value.integer, (-20...20).contains(number) else { return nil }
        niceValue = number
      case "affinity":
        guard let list = value.string, !list.isEmpty, list.utf8.allSatisfy(Self.isOfList) else { return nil }
        affinity = list
      case "weights_in":
        guard let place = value.string.flatMap(WeightsPlace.init(rawValue:)) else { return nil }
        weightsPlace = place
      case "huge_page_bytes":
        guard let bytes = value.integer, bytes >= 0 else { return nil }
        hugePageBytes = bytes
      case "command":
        guard value.string == Self.overridden else { return nil }
        isOverridden = true
      case "server":
        guard value.string == Self.attached else { return nil }
        isAttached = true
      default: return nil
      }
    }
  }

  /// From JSON text.
  public init?(text: String) {
    guard let object = (try? JSONValue(parsing: text))?.object else { return nil }
    self.init(json: object)
  }

  /// As JSON text.
  public var text: String { JSONValue.object(json).serialized() }

  private static func isHash(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
  }

  private static func isOfList(_ byte: UInt8) -> Bool {
    isDigit(byte) || [UInt8(ascii: ","), UInt8(ascii: "-")].contains(byte)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension Run {
  /// The share of the weights that stand in huge pages, of 1; nil if the worker does not report both.
  ///
  /// What else the worker holds in such pages counts as well, so that it may be above 1.
  public var hugePageShare: Double? {
    guard let bytes = conditions?.hugePageBytes, let weights = description["bytes"]?.integer, weights > 0 else {
      return nil
    }
    return Double(bytes) / Double(weights)
  }
}
