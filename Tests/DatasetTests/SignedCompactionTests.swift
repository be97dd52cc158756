import Dataset
import Foundation
import JSON
import Measurements
import Store
import Testing

@Suite("A compaction of signed batches")
struct SignedCompactionTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func key(_ name: String) throws -> URL {
    let file = fixture.folder(name)
    let made = Process()
    made.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    made.arguments = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file.path]
    made.standardInput = FileHandle.nullDevice
    try made.run()
    made.waitUntilExit()
    try #require(made.terminationStatus == 0)
    return file
  }

  private func export(_ uuid: String, signedBy key: URL?) throws {
    try fixture.comparison(uuid: uuid)
    let exporter = DatasetExporter(
      store: fixture.store, folder: fixture.folder("results"), gitRevision: "unknown", trigger: "manual",
      format: .jsonl,
      engine: nil, signer: try key.map { BatchSigner(try SSHKeygen.find(), key: $0) }, identity: Fixture.identity)
    _ = try exporter.export()
  }

  @Test("Each key's batches are merged under that key alone, and unsigned ones stay unsigned")
  func keys() throws {
    let (mine, theirs) = (try key("mine"), try key("theirs"))
    for number in 1...2 { try export("mine-\(number)", signedBy: mine) }
    for number in 1...2 { try export("theirs-\(number)", signedBy: theirs) }
    for number in 1...2 { try export("nobody-\(number)", signedBy: nil) }
    let before = try fixture.dataset().signatures()
    #expect(before.counts.map(\.count) == [2, 2])
    // Without a key, the unsigned ones alone.
    let unsigned = try fixture.compactor().compact()
    #expect(unsigned.replaced == 2 && unsigned.foreign == 4)
    #expect(try fixture.dataset().signatures() == before)
    let signed = try fixture.compactor(signedBy: mine).compact()
    #expect(signed.replaced == 2 && signed.batches == 1 && signed.foreign == 2)
    let counts = try fixture.dataset().signatures().counts
    #expect(counts.map(\.key) == before.counts.map(\.key) && counts.map(\.count).sorted() == [1, 2])
    #expect(try fixture.dataset().files().count { $0.path.hasSuffix(".sig") } == 5)
    let other = try MeasurementStore(at: fixture.folder("other.sqlite"), mode: .readWrite)
    let report = try DatasetImporter(fixture.dataset(), into: other).run()
    #expect(report.sessions == 6 && report.signed == 4)
  }

  @Test("What is signed is replaced by nothing that is unsigned or that another key signed")
  func taken() throws {
    let (mine, theirs) = (try key("mine"), try key("theirs"))
    for number in 1...2 { try export("\(number)", signedBy: mine) }
    _ = try fixture.compactor(signedBy: mine).compact()
    let path = try fixture.liveEntry().path
    let entry = fixture.folder("results/\(path)")
    let signature = fixture.folder("results/\(path).sig")
    try FileManager.default.removeItem(at: signature)
    let error = try #require(throws: DatasetError.self) { try fixture.dataset() }
    #expect(error.description.hasSuffix(", which is signed, and is not signed itself"))
    let signing = Process()
    signing.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    signing.arguments = ["ssh-keygen", "-q", "-Y", "sign", "-f", theirs.path, "-n", SSHKeygen.namespace, entry.path]
    signing.standardInput = FileHandle.nullDevice
    try signing.run()
    signing.waitUntilExit()
    try #require(signing.terminationStatus == 0)
    let other = try #require(throws: DatasetError.self) { try fixture.dataset().signatures() }
    #expect(other.description.hasSuffix(", which another key signed"))
  }
}
