import Foundation

/// A file that pages of a report load.
public struct ReportAsset: Sendable, Equatable {
  /// Relative to the report's folder.
  public let path: String
  public let bytes: Data

  /// The appearance of every page.
  public static var style: ReportAsset { own("report.css", PackageResources.report_css) }
  /// Filters the rows of the index.
  static var filters: ReportAsset { own("filters.js", PackageResources.filters_js) }
  /// Keeps a page up to date that a server answers with.
  public static var live: ReportAsset { own("live.js", PackageResources.live_js) }
  /// Chart.js, then what draws by it.
  static func charts(_ library: ChartLibrary) -> [ReportAsset] {
    [library.asset, own("kinds.js", PackageResources.kinds_js), own("charts.js", PackageResources.charts_js)]
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
