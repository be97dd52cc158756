import ArgumentParser
import Foundation
import Report

/// Where Chart.js is.
struct ChartLibraryOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Chart.js as one file. Default: $\(ChartLibrary.environmentVariable), else .resident/tools or Debian's package.",
      valueName: "file"),
    completion: .file(extensions: ["js"]))
  var chartLibrary: String?

  /// The file that is named here or by the environment; nil where none is.
  var path: String? {
    let named = chartLibrary ?? ProcessInfo.processInfo.environment[ChartLibrary.environmentVariable] ?? ""
    return named.isEmpty ? nil : named
  }
}
