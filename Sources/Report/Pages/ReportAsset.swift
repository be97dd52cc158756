import Foundation
import Platform

/// A file that pages of a report load.
public struct ReportAsset: Sendable, Equatable {
  /// Relative to the report's folder.
  public let path: String
  public let bytes: Data

  /// The appearance of every page.
  public static var style: ReportAsset { own("report.css", PackageResources.report_css) }
  /// Filters the rows of the index.
  static var filters: ReportAsset { own("filters.js", PackageResources.filters_js) }
  /// Keeps a page of a server up to date.
  public static var live: ReportAsset { own("live.js", PackageResources.live_js) }
  /// Chart.js, then the scripts that draw with it.
  static func charts(_ library: ChartLibrary) -> [ReportAsset] {
    [
      library.asset, own("parts.js", PackageResources.parts_js), own("blocks.js", PackageResources.blocks_js),
      own("models.js", PackageResources.models_js), own("charts.js", PackageResources.charts_js),
    ]
  }

  /// Every file that the pages of a folder load.
  ///
  /// - Parameter library: Nil for pages without charts.
  public static func all(_ library: ChartLibrary?) -> [ReportAsset] {
    [style, filters] + (library.map(charts) ?? [])
  }

  private static func own(_ name: String, _ bytes: [UInt8]) -> ReportAsset {
    ReportAsset(path: "assets/\(name)", bytes: Data(bytes))
  }
}

/// Chart.js as one file, as distributions ship it; it draws the charts of every page.
public struct ChartLibrary: Sendable, Equatable {
  let asset: ReportAsset

  /// The environment variable that names the file.
  public static let environmentVariable = "RESIDENT_CHARTJS"

  /// Where the file is looked for: `make charts` puts it into the first, Debian's `libjs-chart.js` into the second.
  public static let knownPlaces = [
    ".resident/tools/chart.min.js", "/usr/share/javascript/chart.js/chart.min.js",
    "/usr/share/nodejs/chart.js/dist/chart.min.js",
  ]

  /// What to do if it is missing.
  public static let advice =
    "Charts need Chart.js 3: `make charts` fetches it, or install Debian's libjs-chart.js, or name the file by"
    + " --chart-library or $\(environmentVariable)."

  /// - Throws: `FileSystemError` if the file can't be read.
  public init(contentsOf url: URL) throws {
    asset = ReportAsset(path: "assets/chart.min.js", bytes: Data(try RegularFile.read(url.path)))
  }

  /// The first file that can be read; nil if none can.
  public static func find(in places: [String] = knownPlaces) -> ChartLibrary? {
    places.lazy.compactMap { try? ChartLibrary(contentsOf: URL(fileURLWithPath: $0)) }.first
  }
}
