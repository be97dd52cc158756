import JSON

/// What a database knows of a session beside its measurements: where it comes from, and whether it was set aside.
public struct SessionMark: Sendable, Hashable {
  public var origin: Origin
  /// Nil for a session that was not set aside, or was restored since.
  public var setAside: SetAside?

  public init(origin: Origin = .measured, setAside: SetAside? = nil) {
    self.origin = origin
    self.setAside = setAside
  }

  /// Whether the session takes part in decisions.
  ///
  /// - Parameter host: The fingerprint of the host that the session names.
  public func decides(on host: String, admitting admission: ImportAdmission) -> Bool {
    setAside == nil && admission.admits(origin, host: host)
  }

  /// In words, for one line.
  public var text: String {
    guard let setAside else { return origin.description }
    return "\(origin), set aside: \(setAside.why)"
  }

  /// The same without the dataset's folder, for pages that others may see.
  public var publicText: String {
    guard let setAside else { return origin.publicText }
    return "\(origin.publicText), set aside: \(setAside.why)"
  }

  /// For programs: members `origin` and `set_aside`, which is null for a session that was not.
  public var members: [(String, JSONValue)] {
    [("origin", origin.json), ("set_aside", setAside?.json ?? .null)]
  }
}

/// Where a session comes from.
public enum Origin: Sendable, Hashable, CustomStringConvertible {
  /// Measured into the database that holds it.
  case measured
  /// Merged from a dataset, which anybody may have written.
  case imported(ImportSource)

  public var isMeasured: Bool { self == .measured }

  public var description: String {
    switch self {
    case .measured: "measured here"
    case .imported(let source): source.description
    }
  }

  /// In one word.
  public var kind: String { isMeasured ? "measured" : "imported" }

  var publicText: String {
    guard case .imported(let source) = self, let signer = source.signer else { return kind }
    return "imported, signed by \(signer)"
  }

  /// For programs, without the way to the dataset's folder: pages and answers of the viewer may be seen by others.
  public var json: JSONValue {
    var source = ImportSource()
    if case .imported(let known) = self { source = known }
    return [
      "kind": .string(kind), "signed_by": .init(source.signer?.rawValue), "imported_at_s": .init(source.importedAt),
    ]
  }
}

/// The batch of a dataset that a session was merged from; nil where it was not kept.
public struct ImportSource: Sendable, Hashable, CustomStringConvertible {
  /// The dataset's folder, as it was named.
  public var dataset: String?
  /// The index entry of the batch, whose name has the hash of all that it holds.
  public var batch: String?
  /// Seconds since 1970.
  public var importedAt: Double?
  /// The key that signed the batch; nil if none did.
  public var signer: SigningKey?

  public init(
    dataset: String? = nil, batch: String? = nil, importedAt: Double? = nil, signer: SigningKey? = nil
  ) {
    self.dataset = dataset
    self.batch = batch
    self.importedAt = importedAt
    self.signer = signer
  }

  public var description: String {
    guard let dataset else { return "from before origins were kept, and not known to be measured here" }
    return "imported from \(dataset), " + (signer.map { "signed by \($0)" } ?? "unsigned")
  }
}

/// A public key by its fingerprint as `ssh-keygen -l` prints it: `SHA256:` and 43 characters of base 64.
public struct SigningKey: Identifier {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Nil for text that is no fingerprint.
  public init?(fingerprint text: String) {
    let digits = text.utf8.dropFirst(Self.prefix.utf8.count)
    let isBase64 = digits.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
    }
    guard text.hasPrefix(Self.prefix), digits.count == 43, isBase64 else { return nil }
    rawValue = text
  }

  public static let prefix = "SHA256:"
}

/// That somebody took a session out of every decision.
public struct SetAside: Sendable, Hashable {
  public var why: String
  /// Seconds since 1970.
  public var recordedAt: Double
  /// A user's name or that of a CI job; nil where a dataset says it, which names nobody.
  public var requestedBy: String?

  public init(why: String, recordedAt: Double, requestedBy: String?) {
    self.why = why
    self.recordedAt = recordedAt
    self.requestedBy = requestedBy
  }

  /// For programs, without who asked.
  public var json: JSONValue { ["why": .string(why), "recorded_at_s": .number(recordedAt)] }
}

/// Which imported sessions count like those that were measured here: of hosts and keys that the registry's policy lists.
public struct ImportAdmission: Sendable, Hashable {
  /// Fingerprints.
  public let hosts: Set<String>
  public let keys: Set<SigningKey>

  public init(hosts: some Sequence<String>, keys: some Sequence<SigningKey>) {
    self.hosts = Set(hosts)
    self.keys = Set(keys)
  }

  /// No import counts.
  public static let none = ImportAdmission(hosts: [], keys: [])

  /// Whether a session of that origin, whose measurements name that host, counts.
  public func admits(_ origin: Origin, host: String) -> Bool {
    guard case .imported(let source) = origin else { return true }
    guard let signer = source.signer else { return false }
    return hosts.contains(host) && keys.contains(signer)
  }
}
