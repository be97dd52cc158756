import Foundation
import Measurements
import Store

extension Overview {
  /// The path of the page about memory and speed.
  public static let fitPath = "fit.html"

  /// What fits each host and how fast it is: memory by what takes it, and decode rates against the memory's limit; nil
  /// where nothing was predicted.
  ///
  /// - Parameter liveRevision: The revision of the server that the page comes from; nil for a file.
  public func fitPage(liveRevision: String? = nil) -> String? {
    let hosts = FitFacts.all(predictions)
    guard !hosts.isEmpty else { return nil }
    return HTMLPage(
      title: "Resident: what fits, and how fast", liveRevision: liveRevision,
      body: """
        <nav><a href="index.html">Roles and comparisons</a></nav>
        <h1>What fits, and how fast</h1>
        <p class="faint">Predicted before each model's newest run, and measured by it. <code>resident fit</code> predicts of \
        models that are not here yet.</p>
        \(hosts.map(\.section).joined())
        """
    ).text
  }
}

extension FitFacts {
  fileprivate var section: String {
    let title = "\(host.chip), \(Self.gigabytes(Int(host.memoryBytes)))".htmlText(atMost: 120)
    let roofline = Roofline(points)
    return """
      <h2>\(title) <small>\(host.fingerprint.prefix(8).description.htmlText)</small></h2>
      <figure><figcaption>Memory of the machine by what takes it; the mark is the measured peak</figcaption>
      \(models.enumerated().map { MemoryBar($1.reading, number: $0 + 1).html }.joined())\
      <p class="faint legend"><span class="key weights"></span> weights <span class="key cache"></span> cache \
      <span class="key scratch"></span> scratch and program <span class="key reserve"></span> stays free by rule \
      <span class="key rest"></span> free</p></figure>
      \(roofline.map { """
        <figure><figcaption>Decode rates of one sequence against the bytes that a token reads: higher is better ↑, the line \
        is as fast as memory can be read</figcaption>
        \($0.svg)<p class="faint legend">● measured, by the numbers below · ┃ predicted, with its interval</p></figure>

        """ } ?? "")\(table)
      """
  }

  private var table: String {
    let rows = models.enumerated().map { index, model in
      let reading = model.reading
      return [
        "\(index + 1)", reading.model.rawValue.htmlText(atMost: 80), Self.gigabytes(reading.memory.total),
        reading.peakMemoryBytes.map(Self.gigabytes) ?? "",
        reading.memoryError.map { String(format: "%+.1f %%", $0 * 100) } ?? "",
        reading.decode.map(Self.cell).joined(separator: "<br>"),
        model.session.rawValue.description,
      ]
    }
    return HTMLTable(
      heads: [
        "#", "model", "predicted", "peak", "off", "decode: measured of predicted, share of the limit", "session",
      ],
      rows: rows
    ).html
  }

  private static func cell(_ decode: PredictionReading.Decode) -> String {
    let predicted = decode.predicted.rate.map { String(format: " of %.4g", $0.value) } ?? ""
    let off = decode.error.map { String(format: " (%+.1f %%)", $0 * 100) } ?? ""
    return decode.predicted.cell.rawValue.htmlText(atMost: 60)
      + String(format: ": %.4g", decode.measured) + predicted + " t/s\(off)"
      + String(format: ", %.0f %%", decode.share * 100)
  }

  fileprivate static func gigabytes(_ bytes: Int) -> String {
    bytes >= 1_000_000_000
      ? String(format: "%.2f GB", Double(bytes) / 1e9) : String(format: "%.0f MB", Double(bytes) / 1e6)
  }
}

/// The machine's memory as one bar: what the model takes, what stays free by rule, and what else is free.
private struct MemoryBar {
  let reading: PredictionReading
  let number: Int
  private static let width = 600.0

  init(_ reading: PredictionReading, number: Int) { (self.reading, self.number) = (reading, number) }

  var html: String {
    let memory = reading.memory
    // A model that does not fit makes the bar longer than the machine.
    let whole = Double(max(memory.machine, memory.total + memory.reserve, 1))
    let parts = [
      ("weights", memory.weights), ("cache", memory.cache), ("scratch", memory.scratch + memory.program),
      ("rest", max(0, memory.free)), ("reserve", memory.reserve),
    ]
    var (left, marks) = (0.0, "")
    for (name, bytes) in parts where bytes > 0 {
      let length = Double(bytes) / whole * Self.width
      marks += String(
        format: "<rect class=\"%@\" x=\"%.1f\" y=\"4\" width=\"%.1f\" height=\"14\"/>", name, left, max(length, 0.5))
      left += length
    }
    if let peak = reading.peakMemoryBytes {
      marks += String(format: "<path d=\"M%.1f 0v22\"/>", Double(peak) / whole * Self.width)
    }
    let said = "\(FitFacts.gigabytes(memory.total)) of \(FitFacts.gigabytes(memory.machine))"
    return """
      <p class="bar"><span>\(number) \(reading.model.rawValue.htmlText(atMost: 60))</span> <span class="faint">\(said)</span>\
      <svg class="memory" viewBox="0 0 600 22" role="img" aria-label="\(said.htmlText)">\(marks)</svg></p>

      """
  }
}

/// Decode rates over the bytes that a token reads, both in powers of ten, under the line that the memory's bandwidth draws.
private struct Roofline {
  let points: [FitFacts.Point]
  private let bytes: ClosedRange<Double>
  private let rates: ClosedRange<Double>
  private let bandwidth: Double
  private static let (width, height, left, bottom) = (640.0, 364.0, 56.0, 48.0)

  /// Nil without points.
  init?(_ points: [FitFacts.Point]) {
    guard let bandwidth = points.map(\.bandwidth).max(),
      let fewest = points.map({ Double($0.decode.predicted.bytesPerStep) }).min(),
      let most = points.map({ Double($0.decode.predicted.bytesPerStep) }).max(),
      let slowest = points.map({ min($0.decode.measured, $0.decode.predicted.rate?.lower ?? .infinity) }).min(),
      slowest > 0
    else { return nil }
    (self.points, self.bandwidth) = (points, bandwidth)
    bytes = pow(10, floor(log10(fewest * 0.8)))...pow(10, ceil(log10(most * 1.2)))
    let fastest = points.map { max($0.decode.measured, $0.decode.predicted.rate?.upper ?? 0) }.max() ?? slowest
    rates = pow(10, floor(log10(slowest * 0.8)))...pow(10, ceil(log10(max(fastest, bandwidth / most) * 1.2)))
  }

  private func x(_ count: Double) -> Double {
    let share = log10(count / bytes.lowerBound) / log10(bytes.upperBound / bytes.lowerBound)
    return Self.left + share * (Self.width - Self.left - 16)
  }

  private func y(_ rate: Double) -> Double {
    let share = log10(rate / rates.lowerBound) / log10(rates.upperBound / rates.lowerBound)
    return Self.height - Self.bottom - share * (Self.height - Self.bottom - 12)
  }

  var svg: String {
    let size = "0 0 \(Int(Self.width)) \(Int(Self.height))"
    return """
      <svg class="roofline" viewBox="\(size)" role="img" aria-label="decode rates against the bytes that a token reads">\
      \(axes)\(limit)\(points.map(mark).joined())\(labels)</svg>

      """
  }

  private var axes: String {
    let rows = Self.decades(rates).map { rate in
      String(
        format: "<path class=\"g\" d=\"M%.1f %.1fH%.1f\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%g</text>",
        Self.left, y(rate), Self.width - 16, Self.left - 6, y(rate) + 4, rate)
    }
    let columns = Self.decades(bytes).map { count in
      String(
        format: "<path class=\"g\" d=\"M%.1f %.1fV%.1f\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%@</text>",
        x(count), 12.0, Self.height - Self.bottom, x(count), Self.height - Self.bottom + 20, Self.size(count))
    }
    let names =
      String(
        format: "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">bytes read per token</text>",
        (Self.left + Self.width) / 2, Self.height - 8)
      + "<text x=\"\(Int(Self.left) + 6)\" y=\"26\">tokens/s</text>"
    return rows.joined() + columns.joined() + names
  }

  private var limit: String {
    // The line from where it enters at the left or the top to where it leaves at the right or the bottom.
    let first = max(bytes.lowerBound, bandwidth / rates.upperBound)
    let last = min(bytes.upperBound, bandwidth / rates.lowerBound)
    guard first < last else { return "" }
    return String(
      format: "<path class=\"limit\" d=\"M%.1f %.1fL%.1f %.1f\"/>", x(first), y(bandwidth / first), x(last),
      y(bandwidth / last))
  }

  private func mark(_ point: FitFacts.Point) -> String {
    let place = x(Double(point.decode.predicted.bytesPerStep))
    var text = ""
    if let rate = point.decode.predicted.rate {
      text += String(
        format: "<path class=\"predicted\" d=\"M%.1f %.1fV%.1fM%.1f %.1fh10\"/>", place, y(rate.lower), y(rate.upper),
        place - 5, y(rate.value))
    }
    text += String(format: "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>", place, y(point.decode.measured))
    return text
  }

  /// The number of each model beside its last point, below those that stand there already.
  private var labels: String {
    var places: [(x: Double, y: Double)] = []
    return Set(points.map(\.number)).sorted().compactMap { number in
      points.last { $0.number == number }
    }.map { point in
      var place = (x: x(Double(point.decode.predicted.bytesPerStep)) + 8, y: y(point.decode.measured) + 4)
      while let other = places.first(where: { abs($0.x - place.x) < 18 && abs($0.y - place.y) < 15 }) {
        place.y = other.y + 15
      }
      places.append(place)
      return String(format: "<text x=\"%.1f\" y=\"%.1f\">%d</text>", place.x, place.y, point.number)
    }.joined()
  }

  private static func decades(_ range: ClosedRange<Double>) -> [Double] {
    let (first, last) = (Int(log10(range.lowerBound).rounded()), Int(log10(range.upperBound).rounded()))
    return (first...max(first, last)).map { pow(10, Double($0)) }
  }

  private static func size(_ bytes: Double) -> String {
    switch bytes {
    case 1e9...: String(format: "%g GB", bytes / 1e9)
    case 1e6...: String(format: "%g MB", bytes / 1e6)
    default: String(format: "%g kB", bytes / 1e3)
    }
  }
}
