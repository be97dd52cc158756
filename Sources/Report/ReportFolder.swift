import Envelopes
import Foundation
import Measurements
import Platform
import Store

/// The folder that a report is written to. Pages of an earlier report that the new one lacks are removed.
public struct ReportFolder: Sendable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  /// Writes the index, then every page that it links to, then `RANKINGS.md`.
  ///
  /// - Parameters:
  ///   - charts: Nil for pages without charts.
  ///   - source: Where the figures can be had again.
  ///   - progress: Called after each comparison's page with the number of those written.
  /// - Throws: `FileSystemError` if a file can't be written, `StoreError` if samples can't be read.
  public func write(
    _ overview: Overview, of store: MeasurementStore, _ charts: ChartLibrary?, from source: ReportSource = .database,
    progress: (Int) -> Void = { _ in }
  ) throws {
    for folder in Self.pageFolders + ["assets"] {
      try FileManager.default.createDirectory(
        at: url.appendingPathComponent(folder, isDirectory: true), withIntermediateDirectories: true)
    }
    for asset in ReportAsset.all(charts) { try write(asset.bytes, to: asset.path) }
    try write(Data(overview.page(charts).utf8), to: "index.html")
    if let page = overview.fitPage() {
      try write(Data(page.utf8), to: Overview.fitPath)
    } else {
      try removeIfOurs(Overview.fitPath)
    }
    var pages: Set<String> = []
    for (index, envelope) in overview.envelopes.enumerated() {
      try write(Data(envelope.page(charts).utf8), to: EnvelopeFacts.path(index))
      pages.insert(EnvelopeFacts.path(index))
    }
    let envelopes = RecentValues<EnvelopeHash, Envelope>(limit: 16)
    for (index, comparison) in overview.comparisons.enumerated() {
      let page = try ComparisonDetail(comparison, in: store, admitting: overview.admission, envelopes)
        .page(charts, from: source)
      try write(Data(page.utf8), to: comparison.path)
      pages.insert(comparison.path)
      progress(index + 1)
    }
    try write(Data(overview.rankings.utf8), to: "RANKINGS.md")
    try removePages(except: pages)
  }

  private static let pageFolders = ["comparisons", "envelopes"]

  private func write(_ bytes: Data, to path: String) throws {
    // Thousands of pages, which can be written again: none is waited for.
    try DurableFile.write([UInt8](bytes), to: url.appendingPathComponent(path).path, flushes: false)
  }

  /// Removes only pages that have the mark of a report.
  private func removePages(except kept: Set<String>) throws {
    for folder in Self.pageFolders {
      let names = try FileManager.default.contentsOfDirectory(atPath: url.appendingPathComponent(folder).path)
      for name in names where name.hasSuffix(".html") && !kept.contains("\(folder)/\(name)") {
        try removeIfOurs("\(folder)/\(name)")
      }
    }
  }

  private func removeIfOurs(_ path: String) throws {
    let file = url.appendingPathComponent(path)
    guard let start = try? RegularFile.read(file.path, upTo: 4000),
      String(decoding: start, as: UTF8.self).prefix(1000).contains(HTMLPage.mark)
    else { return }
    try FileManager.default.removeItem(at: file)
  }
}
