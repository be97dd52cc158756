import Foundation
import Report
import Store
import Testing

struct ReportFolderTests {
  @Test func `A report removes pages of an earlier one and nothing else`() throws {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appendingPathComponent("report-\(UUID())", isDirectory: true)
    defer { try? files.removeItem(at: folder) }
    let store = try MeasurementStore(at: folder.appendingPathComponent("db.sqlite"), mode: .readWrite)
    let pages = folder.appendingPathComponent("pages", isDirectory: true)
    try ReportFolder(pages).write(Overview(store), of: store, nil)
    let comparisons = pages.appendingPathComponent("comparisons")
    let index = pages.appendingPathComponent("index.html")
    try files.copyItem(at: index, to: comparisons.appendingPathComponent("9.html"))
    try Data("<p>mine".utf8).write(to: comparisons.appendingPathComponent("8.html"))
    try ReportFolder(pages).write(Overview(store), of: store, nil)
    #expect(try files.contentsOfDirectory(atPath: comparisons.path) == ["8.html"])
    let text = try String(contentsOf: index, encoding: .utf8)
    #expect(text.contains("No verdict was recorded yet."))
    #expect(text.contains("Charts need Chart.js"))
  }
}
