import Dataset
import Foundation
import JSON
import Testing

/// The real `hf` command and a hub are asked by `make test-publish`.
@Suite("A publication")
struct PublisherTests {
  let hub: ScriptedHub
  let batch: [JSONValue]

  init() throws {
    hub = try ScriptedHub()
    batch = try hub.addBatch("shard")
  }

  private func failure(_ publish: () throws -> Void) -> PublishError? {
    do {
      try publish()
    } catch let error as PublishError {
      return error
    } catch {}
    return nil
  }

  @Test("A missing repository gets all files by one command that makes one commit")
  func newRepository() throws {
    try hub.write("Error: Dataset 'org/name' not found.\nHint: log in\n", to: "missing")
    try hub.write("# Card\n", to: "results/README.md")
    try hub.write("not of the dataset", to: "results/notes.txt")
    try hub.setListing(batch + [hub.item("README.md", 7)], as: "after")
    let report = try hub.publisher().publish()
    #expect(report.commit == "https://hub/commit/1" && report.plan.uploads.count == 3)
    let paths = report.plan.uploads.map(\.path)
    #expect(hub.lines(of: "uploaded").sorted() == paths.map { "./\($0)" }.sorted())
    let calls = hub.lines(of: "calls")
    #expect(calls.map { $0.split(separator: " ")[1] } == ["datasets", "upload", "datasets"])
    #expect(calls[1].hasPrefix("1 upload org/name ") && calls[1].contains(" . --repo-type dataset "))
  }

  @Test(
    "A document, a shard or a folder that is a link is refused before anything is uploaded",
    arguments: ["README.md", "schemas/runs.schema.json", "samples", "index"])
  func links(_ name: String) throws {
    let place = hub.url("results/\(name)")
    let isFolder = !name.contains(".")
    if isFolder {
      try FileManager.default.moveItem(at: place, to: hub.url("elsewhere"))
    } else {
      try hub.write("the secret of another folder", to: "elsewhere")
      try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    }
    try FileManager.default.createSymbolicLink(at: place, withDestinationURL: hub.url("elsewhere"))
    try hub.setListing([])
    guard case .dataset(.file(let file, let reason)) = failure({ _ = try hub.publisher().publish() }) else {
      Issue.record("what a link leads to was published")
      return
    }
    #expect(file.hasPrefix(name) && reason.hasPrefix("it is reached through a symbolic link"))
    #expect(hub.lines(of: "uploaded").isEmpty)
  }

  @Test("Nothing is uploaded if everything is there already")
  func complete() throws {
    try hub.setListing(batch)
    let report = try hub.publisher().publish()
    #expect(report.commit == nil && report.plan.unchanged == 2 && report.plan.uploads.isEmpty)
    #expect(hub.lines(of: "calls").count == 1)
  }

  @Test("Another host's shards stay, and documents that don't know of them are kept")
  func foreign() throws {
    try hub.write("# Card\n", to: "results/README.md")
    try hub.setListing([hub.item("runs/theirs.parquet", 5), hub.item("README.md", 9), hub.item("notes.txt", 1)])
    let plan = try hub.publisher().plan()
    #expect(plan.foreign == ["runs/theirs.parquet"] && plan.kept == ["README.md"])
    #expect(plan.uploads.map(\.path).allSatisfy { $0 != "README.md" } && plan.uploads.count == 2)
  }

  @Test("Other bytes under a shard's name are an error before any upload, by size, SHA-256 or Git's name")
  func conflicts() throws {
    let shard = try #require(batch[0]["path"]?.string)
    let entry = try #require(batch[1]["path"]?.string)
    let bytes = try #require(batch[1]["size"]?.integer)
    for (item, path) in [
      (hub.item(shard, 6), shard), (hub.item(shard, 5, ["lfs": ["sha256": "00"]]), shard),
      (hub.item(entry, bytes, ["blob_id": "00"]), entry),
    ] {
      try hub.setListing([item])
      #expect(failure { _ = try hub.publisher().publish() } == .conflict(paths: [path]))
    }
    #expect(hub.lines(of: "calls").allSatisfy { $0.hasPrefix("1 datasets") })
  }

  @Test("Without a token the hub is not asked; a dry run needs no token and writes nothing")
  func noToken() throws {
    for value in [nil, ""] as [String?] {
      hub.environment["HF_TOKEN"] = value
      #expect(failure { _ = try hub.publisher().publish() } == .tokenMissing)
    }
    #expect(hub.lines(of: "calls").isEmpty)
    #expect(try hub.publisher().plan().uploads.count == 2)
    #expect(hub.lines(of: "calls").count == 1)
  }

  @Test("A refusal and a failure report the command's last message, and never the token")
  func failures() throws {
    try hub.write(
      "Retrying\nError: (Request ID: 1)\n\n403 Forbidden: no for hf_secret_0123456789.\nHint: more\n", to: "failure")
    guard case .refused("org/name", let reason) = failure({ _ = try hub.publisher().publish() }) else {
      Issue.record("not refused")
      return
    }
    #expect(reason == "(Request ID: 1) 403 Forbidden: no for <HF_TOKEN>.")
    try hub.write("Traceback\n  line\nhttpx2.ConnectError: refused\n", to: "failure")
    #expect(failure { _ = try hub.publisher().publish() } == .failed(reason: "httpx2.ConnectError: refused"))
  }

  @Test("If others commit meanwhile, the upload is repeated, three times at most", arguments: [409, 412])
  func conflict(status: Int) throws {
    let text = status == 409 ? "409 Conflict" : "412 Precondition Failed"
    try hub.write("Error: Client error '\(text)' for url\n", to: "failure")
    #expect(failure { _ = try hub.publisher().publish() } == .failed(reason: "Client error '\(text)' for url"))
    #expect(hub.lines(of: "calls").filter { $0.contains(" upload ") }.count == 3)
  }

  @Test("An upload that the listing does not show is an error")
  func unverified() throws {
    try hub.setListing([batch[0]], as: "after")
    let lost = try #require(batch[1]["path"]?.string)
    #expect(failure { _ = try hub.publisher().publish() } == .unverified(paths: [lost]))
  }

  @Test("A malformed listing is refused", arguments: ["{}", "[{\"size\": 1}]", "Found: 1", "[1"])
  func malformed(listing: String) throws {
    try hub.write(listing, to: "listing")
    guard case .malformedListing = failure({ _ = try hub.publisher().plan() }) else {
      Issue.record("\(listing) was taken")
      return
    }
  }

  @Test("A changed shard and an export that is under way are errors before the hub is asked")
  func damaged() throws {
    try hub.write("", to: "results/.export/lock")
    #expect(throws: PublishError.self) { try hub.publisher().plan() }
    try FileManager.default.removeItem(at: hub.url("results/.export"))
    try hub.write("shar_", to: "results/\(try #require(batch[0]["path"]?.string))")
    guard case .dataset(.hashMismatch) = failure({ _ = try hub.publisher().plan() }) else {
      Issue.record("the change was not found")
      return
    }
    #expect(hub.lines(of: "calls").isEmpty)
  }

  @Test(
    "Only ORG/NAME is a repository",
    arguments: ["name", "a/b/c", "/b", "a/", "--token/x", "a/-b", "a/b c", "hf://a/b", "a/..", "ä/b", ""])
  func repositories(name: String) {
    #expect(throws: PublishError.invalidRepository(name)) { try Publisher.check(name) }
  }

  @Test("The command is found by its name, the environment, PATH or the project, or reported as missing")
  func client() throws {
    let path = hub.url("hf").path
    let none = hub.url("none")
    #expect(throws: PublishError.clientMissing) { try HubClient.find(environment: [:], in: none) }
    #expect(throws: PublishError.client("/none is no executable file")) {
      try HubClient.find("/none", environment: [:])
    }
    for environment in [["RESIDENT_HF": path], ["PATH": hub.folder.path]] {
      #expect(try HubClient.find(environment: environment, in: none).hasToken == false)
    }
  }
}
