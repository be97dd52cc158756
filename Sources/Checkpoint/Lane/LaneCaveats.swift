import JSON

/// What to know of a lane before it is compared with another: that its source was quantized itself, and which layers it
/// leaves unquantized because its groups do not divide their columns.
public struct LaneCaveats: Sendable, Equatable {
  /// A layer that the lane would quantize, but cannot.
  public struct UndividedLayer: Sendable, Equatable {
    public let path: String
    /// Elements per row.
    public let columnCount: Int
    /// The lane's group size, which does not divide the columns.
    public let groupSize: Int
    /// Of the floats that are kept.
    public let bitsPerWeight: Double
  }

  /// The formats of the source's quantized layers, most weights first; empty if the source holds floats only.
  public let sourceFormats: [String]
  /// The formats in which the source's floats were stored before, by its own record; empty if it does not say.
  public let earlierFormats: [String]
  /// In the order of the paths.
  public let undividedLayers: [UndividedLayer]
  /// Stored bits per weight of the whole lane, scales, biases and unquantized tensors included.
  public let bitsPerWeight: Double

  /// Whether there is nothing to know.
  public var isEmpty: Bool { sourceFormats.isEmpty && earlierFormats.isEmpty && undividedLayers.isEmpty }

  /// One sentence per caveat; layers that differ in their number only are listed together.
  public var notes: [String] {
    var notes: [String] = []
    if !sourceFormats.isEmpty {
      notes.append(
        "the source is quantized itself (\(sourceFormats.joined(separator: ", "))): its errors are part of this lane")
    } else if !earlierFormats.isEmpty {
      notes.append(
        "the source's floats were dequantized from \(earlierFormats.joined(separator: ", ")): their errors are part of "
          + "this lane")
    }
    notes += Self.similar(undividedLayers).map { layers -> String in
      let names = layers.count == 1 ? layers[0].path : "\(layers.count) layers such as \(layers[0].path)"
      return "\(names): groups of \(layers[0].groupSize) do not divide \(layers[0].columnCount) columns, "
        + "kept at \(Self.text(layers[0].bitsPerWeight)) bits per weight"
    }
    if !undividedLayers.isEmpty { notes.append("the whole lane has \(Self.text(bitsPerWeight)) bits per weight") }
    return notes
  }

  private static func text(_ bits: Double) -> String {
    let hundredths = Int((bits * 100).rounded())
    let rest = String(hundredths % 100)
    return hundredths % 100 == 0
      ? "\(hundredths / 100)" : "\(hundredths / 100).\(rest.count == 1 ? "0" : "")\(rest)"
  }

  /// Layers of the same name and size, whatever their number.
  private static func similar(_ layers: [UndividedLayer]) -> [[UndividedLayer]] {
    var order: [String] = []
    var groups: [String: [UndividedLayer]] = [:]
    for layer in layers {
      let name = layer.path.split(separator: ".").filter { Int($0) == nil }.joined(separator: ".")
      let key = "\(name) \(layer.columnCount) \(layer.groupSize) \(layer.bitsPerWeight)"
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(layer)
    }
    return order.compactMap { groups[$0] }
  }
}

extension ModelFolder {
  /// What to know of a lane before it is made of this folder.
  ///
  /// - Throws: `CheckpointError` for layers whose parts do not fit, or a malformed `resident-lane.json`.
  public func caveats(of lane: Lane) throws(CheckpointError) -> LaneCaveats {
    LaneCaveats(try LanePlan(self, lane: lane), source: try LaneRecord.read(in: url))
  }
}

extension LaneCaveats {
  /// - Parameter source: The source's own record.
  init(_ plan: LanePlan, source: LaneRecord?) {
    var weights: [String: Int] = [:]
    var undivided: [UndividedLayer] = []
    for case .layer(let path, let weight, let type, let format) in plan.steps {
      if let old = weight.format { weights[old.description, default: 0] += weight.rowCount * weight.columnCount }
      guard format == nil, let wanted = plan.lane.format(of: path) else { continue }
      undivided.append(
        UndividedLayer(
          path: path, columnCount: weight.columnCount, groupSize: wanted.groupSize,
          bitsPerWeight: Double(type.byteWidth * 8)))
    }
    sourceFormats = weights.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    let earlier = source?.caveats.map { $0.sourceFormats.isEmpty ? $0.earlierFormats : $0.sourceFormats } ?? []
    earlierFormats = sourceFormats.isEmpty ? earlier : []
    undividedLayers = undivided
    let size = plan.size
    bitsPerWeight = size.parameters == 0 ? 0 : Double(size.bytes) * 8 / Double(size.parameters)
  }
}

/// As part of a `LaneRecord`.
extension LaneCaveats {
  var json: JSONValue {
    var object = JSONObject([("bits_per_weight", .number(bitsPerWeight))])
    if !sourceFormats.isEmpty { object["source_formats"] = .array(sourceFormats.map { .string($0) }) }
    if !earlierFormats.isEmpty { object["earlier_formats"] = .array(earlierFormats.map { .string($0) }) }
    if !undividedLayers.isEmpty {
      object["undivided_layers"] = .array(
        undividedLayers.map {
          [
            "path": .string($0.path), "columns": .integer($0.columnCount), "group_size": .integer($0.groupSize),
            "bits_per_weight": .number($0.bitsPerWeight),
          ]
        })
    }
    return .object(object)
  }

  /// Reads what `json` returns.
  ///
  /// - Throws: `.field` with the malformed member.
  init(parsing value: JSONValue, file: String) throws(CheckpointError) {
    func formats(_ name: String) throws(CheckpointError) -> [String] {
      guard let member = value[name] else { return [] }
      guard let formats = member.array?.compactMap(\.string), formats.count == member.array?.count else {
        throw .field(file: file, name: "caveats.\(name)", problem: "is not a list of formats")
      }
      return formats
    }
    sourceFormats = try formats("source_formats")
    earlierFormats = try formats("earlier_formats")
    bitsPerWeight = try ConfigFields(value: value, file: file).number("bits_per_weight", in: 0...64)
    var layers: [UndividedLayer] = []
    for element in value["undivided_layers"]?.array ?? [] {
      let fields = ConfigFields(value: element, file: file)
      layers.append(
        UndividedLayer(
          path: try fields.string("path"), columnCount: try fields.size("columns", upTo: 1 << 40),
          groupSize: try fields.size("group_size", upTo: 1 << 10),
          bitsPerWeight: try fields.number("bits_per_weight", in: 0...64)))
    }
    undividedLayers = layers
  }
}
