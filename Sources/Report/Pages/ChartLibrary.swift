import Foundation

/// Chart.js as one file, as distributions ship it; it draws the charts of every page.
public struct ChartLibrary: Sendable, Equatable {
  let asset: ReportAsset

  /// The environment's variable that names the file.
  public static let environmentVariable = "RESIDENT_CHARTJS"

  /// Where the file is looked for: `make charts` puts it into the first, Debian's `libjs-chart.js` into the second.
  public static let knownPlaces = [
    ".resident/tools/chart.min.js", "/usr/share/javascript/chart.js/chart.min.js",
    "/usr/share/nodejs/chart.js/dist/chart.min.js",
  ]

  /// What to do where it is missing.
  public static let advice =
    "Charts need Chart.js 3: `make charts` fetches it, or install Debian's libjs-chart.js, or name the file by"
    + " $\(environmentVariable)."

  /// - Throws: What Foundation throws where the file can't be read.
  public init(contentsOf url: URL) throws {
    asset = ReportAsset(path: "assets/chart.min.js", bytes: try Data(contentsOf: url))
  }

  /// The first that is there; nil where none is.
  public static func find(in places: [String] = knownPlaces) -> ChartLibrary? {
    places.lazy.compactMap { try? ChartLibrary(contentsOf: URL(fileURLWithPath: $0)) }.first
  }
}
