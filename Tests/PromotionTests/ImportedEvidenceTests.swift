import Crypto
import Dataset
import Envelopes
import Foundation
import JSON
import Measurements
import ModelRegistry
import Promotion
import Store
import TestSupport
import Testing

/// A database that was made up entirely, with the fingerprint that every export of this host publishes, against the
/// registry of that host.
@Suite("Imported evidence")
struct ImportedEvidenceTests {
  private let forged: MeasuredComparison
  private let store: MeasurementStore
  private let envelope: Envelope

  init() throws {
    forged = try MeasuredComparison(speed: 1.25)
    let verdict: JSONValue = ["outcome": "promote"]
    try forged.store.record(verdict: verdict, outcome: "promote", for: forged.number)
    store = try MeasurementStore(at: forged.folder("here.sqlite"), mode: .readWrite)
    envelope = try Envelope(source: MeasuredComparison.envelope())
  }

  private var promoter: Promoter { Promoter(store: store, registry: forged.registry, requester: "tester") }

  /// Makes a key, and returns its file and its public line.
  private func key(_ name: String) throws -> (file: URL, line: String) {
    let file = forged.folder(name)
    let made = Process()
    made.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    made.arguments = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file.path]
    try made.run()
    made.waitUntilExit()
    try #require(made.terminationStatus == 0)
    return (file, try forged.folder.text(of: "\(name).pub").trimmingCharacters(in: .whitespacesAndNewlines))
  }

  private func export(signedBy key: URL? = nil) throws -> URL {
    let folder = forged.folder("results")
    let signer = try key.map { BatchSigner(try SSHKeygen.find(), key: $0) }
    _ = try DatasetExporter(
      store: forged.store, folder: folder, gitRevision: "unknown", trigger: "manual", format: .jsonl, signer: signer
    ).export()
    return folder
  }

  @discardableResult
  private func importing(_ folder: URL) throws -> DatasetImporter.Report {
    try DatasetImporter(PublishedDataset(folder: folder, engine: nil), into: store, named: "results").run()
  }

  private func trust(hosts: [String], keys: [String]) throws {
    let policy: JSONValue = [
      "roles": ["*": ["envelopes": [.string(envelope.hash.rawValue)]]], "hosts": .init(hosts), "keys": .init(keys),
    ]
    try forged.folder.write(policy.serialized(), to: "resident.json")
  }

  private func expectRefusal(sourceLocation: SourceLocation = #_sourceLocation) throws {
    for isDryRun in [true, false] {
      let error = try #require(throws: PromotionError.self, sourceLocation: sourceLocation) {
        try promoter.promote(1, roles: ["default"], permissions: .init(isDryRun: isDryRun))
      }
      guard case .imported(1, _, MeasuredComparison.host.fingerprint, _) = error else {
        Issue.record("\(error)", sourceLocation: sourceLocation)
        return
      }
      #expect(!error.description.contains("\n"))
    }
    #expect(try forged.registryText == MeasuredComparison.registryText, sourceLocation: sourceLocation)
    // Nothing was recorded, and nothing is promoted by default.
    #expect(try store.verdicts(of: 1).count == 1, sourceLocation: sourceLocation)
    #expect(throws: PromotionError.nothingToPromote) {
      try promoter.newestComparison(on: MeasuredComparison.host.fingerprint)
    }
  }

  private static let host = MeasuredComparison.host.fingerprint
  private static let otherHost = String(repeating: "b", count: 64)

  @Test("A dataset that is made up, with this host's fingerprint, promotes nothing")
  func unsigned() throws {
    try importing(export())
    try expectRefusal()
    try trust(hosts: [Self.host], keys: [key("mine").line])
    try expectRefusal()
  }

  @Test("A signature by a key that the policy does not list, or of a host that it does not list, promotes nothing")
  func untrusted() throws {
    let (mine, theirs) = (try key("mine"), try key("theirs"))
    #expect(try importing(export(signedBy: theirs.file)).signed == 1)
    try expectRefusal()
    try trust(hosts: [Self.host], keys: [mine.line])
    try expectRefusal()
    try trust(hosts: [Self.otherHost], keys: [theirs.line])
    try expectRefusal()
  }

  @Test("A listed host and key are enough, and the decision says where the comparison comes from")
  func trusted() throws {
    let mine = try key("mine")
    try importing(export(signedBy: mine.file))
    try trust(hosts: [Self.host], keys: [mine.line])
    #expect(try promoter.newestComparison(on: Self.host) == 1)
    let decision = try promoter.promote(1, roles: ["default"])
    #expect(decision.action == .edited)
    #expect(decision.mark.text.hasPrefix("imported from results, signed by SHA256:"))
    #expect(decision.json["origin"]?["kind"] == "imported")
    #expect(try forged.registryText.contains("org/new"))
  }

  @Test("A forged session with an honest one's UUID, unsigned or of another key, does not keep the honest one out")
  func sameUUID() throws {
    let (mine, theirs) = (try key("mine"), try key("theirs"))
    try trust(hosts: [Self.host], keys: [mine.line])
    for forger in [nil, theirs.file] {
      try importing(export(signedBy: forger))
      try FileManager.default.removeItem(at: forged.folder("results"))
    }
    let honest = try export(signedBy: mine.file)
    #expect(try importing(honest).sessions == 1)
    #expect(try importing(honest).sessions == 0)
    #expect(try promoter.newestComparison(on: Self.host) == 3)
    #expect(try promoter.promote(3, roles: ["default"]).action == .edited)
    // All three leave again, each with its own samples.
    let again = forged.folder("again")
    let exporter = DatasetExporter(
      store: store, folder: again, gitRevision: "unknown", trigger: "manual", format: .jsonl)
    #expect(try exporter.export().sessions == 3)
    #expect(try Set(PublishedDataset(folder: again, engine: nil).sessions().map(\.session.uuid)).count == 3)
  }

  @Test("A policy that trusts no more between two looks at it, and a session set aside meanwhile, promote nothing")
  func changes() throws {
    let mine = try key("mine")
    try importing(export(signedBy: mine.file))
    try trust(hosts: [Self.host], keys: [mine.line])
    let weights = WeightInspector { model, _ in
      try? store.setAside(1, why: "made up", requestedBy: "me")
      return MeasuredComparison.files(of: model)
    }
    #expect(throws: PromotionError.setAside(1, why: "made up")) {
      try promoter.promote(1, roles: ["default"], weights: weights)
    }
    #expect(try forged.registryText == MeasuredComparison.registryText)
  }

  @Test("A shard or an index entry that is edited after signing is refused, and unsigned it decides nothing")
  func edited() throws {
    let mine = try key("mine")
    let folder = try export(signedBy: mine.file)
    try trust(hosts: [Self.host], keys: [mine.line])
    let shard = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/verdicts").first)
    let text = try String(contentsOf: folder.appendingPathComponent("verdicts/\(shard)"), encoding: .utf8)
    let changed = text.replacing("\"outcome\":\"promote\"", with: "\"outcome\": \"promote\"")
    try #require(changed != text)
    try Data(changed.utf8).write(to: folder.appendingPathComponent("verdicts/\(shard)"))
    #expect {
      try importing(folder)
    } throws: { error in
      guard case .hashMismatch? = error as? DatasetError else { return false }
      return true
    }
    // With names and an index that fit the edit, the signature tells.
    let index = folder.appendingPathComponent("index")
    let entry = try #require(
      try FileManager.default.contentsOfDirectory(atPath: index.path).first { $0.hasSuffix(".json") })
    let renamed = try rename(folder.appendingPathComponent("verdicts/\(shard)"))
    let entryText = try String(contentsOf: index.appendingPathComponent(entry), encoding: .utf8)
    try Data(entryText.replacing(shard, with: renamed).utf8).write(to: index.appendingPathComponent(entry))
    let newEntry = try rename(index.appendingPathComponent(entry))
    let signature = index.appendingPathComponent("\(newEntry).sig")
    try FileManager.default.moveItem(at: index.appendingPathComponent("\(entry).sig"), to: signature)
    let error = try #require(throws: DatasetError.self) { try importing(folder) }
    #expect(error.description.hasPrefix("index/\(newEntry).sig is no signature of that file: "))
    #expect(!error.description.contains("\n"))
    #expect(try store.sessions().isEmpty)
    try Data("nonsense".utf8).write(to: signature)
    #expect(throws: DatasetError.self) { try importing(folder) }
    try FileManager.default.removeItem(at: signature)
    #expect(try importing(folder).signed == 0)
    try expectRefusal()
  }

  @Test("Whoever adds an unsigned batch to a signed dataset changes nothing about what is signed")
  func addedBatch() throws {
    let mine = try key("mine")
    let folder = try export(signedBy: mine.file)
    try forged.store.record(verdict: ["outcome": "reject"], outcome: "reject", for: forged.number)
    try forged.store.setAside(forged.number, why: "no", requestedBy: "them")
    _ = try export()
    let report = try importing(folder)
    #expect(report.signed == 1 && report.verdicts == 1 && report.leftOut == 2)
    try trust(hosts: [Self.host], keys: [mine.line])
    #expect(try promoter.promote(1, roles: ["default"]).action == .edited)
  }

  @Test("A signature is only of what the signer measured: what that had imported is exported unsigned")
  func relayed() throws {
    try importing(export())
    let mine = try key("mine")
    let again = forged.folder("again")
    let signer = BatchSigner(try SSHKeygen.find(), key: mine.file)
    _ = try DatasetExporter(
      store: store, folder: again, gitRevision: "unknown", trigger: "manual", format: .jsonl, signer: signer
    ).export()
    let third = try MeasurementStore(at: forged.folder("third.sqlite"), mode: .readWrite)
    let report = try DatasetImporter(PublishedDataset(folder: again, engine: nil), into: third).run()
    #expect(report.sessions == 1 && report.signed == 0)
    try trust(hosts: [Self.host], keys: [mine.line])
    let promoter = Promoter(store: third, registry: forged.registry, requester: "tester")
    #expect(throws: PromotionError.self) { try promoter.promote(1, roles: ["default"]) }
  }

  @Test("Imports change neither the number nor the maturity of what is measured here, unless they are trusted")
  func localMaturity() throws {
    let needed = try Envelope(source: MeasuredComparison.envelope(2, false))
    let other = try MeasuredComparison(speed: 1.25, comparisonsNeeded: 2, allowsProvisional: false)
    try other.store.record(verdict: ["outcome": "promote"], outcome: "promote", for: other.number)
    let mine = try key("mine")
    let folder = forged.folder("results")
    _ = try DatasetExporter(
      store: other.store, folder: folder, gitRevision: "unknown", trigger: "manual", format: .jsonl,
      signer: BatchSigner(try SSHKeygen.find(), key: mine.file)
    ).export()
    try importing(folder)
    let session = MeasuredComparison.session(under: needed, startedAt: 1_700_000_100)
    let runs = [MeasuredComparison.run(.resident, "org/old"), MeasuredComparison.run(.candidate, "org/new")]
    let number = try store.open(session, envelope: needed.source, runs: runs)
    #expect(try store.session(number).session.challenge == 1)
    try MeasuredComparison.measure(runs, speed: 1.25, into: store, number)
    try RegistryPolicyFile(beside: forged.registry.url).allow(needed.hash, for: "default")
    #expect(try promoter.promote(number, roles: ["default"]).action == .needsMaturity)
    try trust(hosts: [Self.host], keys: [mine.line])
    try RegistryPolicyFile(beside: forged.registry.url).allow(needed.hash, for: "default")
    #expect(
      try promoter.promote(number, roles: ["default"], permissions: .init(isDryRun: true)).verdict.isProvisional
        == false)
  }

  @Test("What was set aside is not promoted, nor what went on with it")
  func setAside() throws {
    let forgedPromoter = forged.promoter
    try forged.store.setAside(forged.number, why: "the fan had stopped", requestedBy: "me")
    #expect(throws: PromotionError.setAside(forged.number, why: "the fan had stopped")) {
      try forgedPromoter.promote(forged.number, roles: ["default"])
    }
    #expect(throws: PromotionError.nothingToPromote) { try forgedPromoter.newestComparison(on: nil) }
    try forged.store.restore(forged.number, why: "", requestedBy: "me")
    #expect(try forgedPromoter.promote(forged.number, roles: ["default"]).action == .edited)
  }

  @Test("A comparison that went on with one that was set aside since is refused until that is restored")
  func challengeSetAside() throws {
    let runs = [MeasuredComparison.run(.resident, "org/old"), MeasuredComparison.run(.candidate, "org/new")]
    var numbers: [SessionNumber] = []
    for time in [1_700_000_100.0, 1_700_000_200] {
      let session = MeasuredComparison.session(under: envelope, startedAt: time)
      let number = try store.open(session, envelope: envelope.source, runs: runs)
      try MeasuredComparison.measure(runs, speed: 1.25, into: store, number)
      numbers.append(number)
    }
    try store.setAside(numbers[0], why: "lost", requestedBy: "me")
    #expect(throws: PromotionError.challengeSetAside(numbers[1], [numbers[0]])) {
      try promoter.promote(numbers[1], roles: ["default"])
    }
    try store.restore(numbers[0], why: "", requestedBy: "me")
    #expect(try promoter.promote(numbers[1], roles: ["default"]).action == .edited)
  }

  /// Gives a file the name that its bytes ask for, and returns that.
  private func rename(_ file: URL) throws -> String {
    let hash = SHA256.hash(data: try Data(contentsOf: file)).map { String(format: "%02x", $0) }.joined().prefix(32)
    let new = "\(file.lastPathComponent.dropLast(file.pathExtension.count + 33))\(hash).\(file.pathExtension)"
    try FileManager.default.moveItem(at: file, to: file.deletingLastPathComponent().appendingPathComponent(new))
    return new
  }
}
