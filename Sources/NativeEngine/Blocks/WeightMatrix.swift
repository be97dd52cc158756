import CKernels
import Checkpoint

/// A layer's weights as the kernels see them: pointers into the checkpoint's files in memory.
struct WeightMatrix: Sendable {
  // Immutable views of files that `tensors` keeps in memory.
  nonisolated(unsafe) private(set) var matrix: rk_matrix
  let tensors: [TensorView]
  /// Matrices of one size that stand below each other.
  let stackedCount: Int
  private(set) var owner: (any Sendable)?

  var rows: Int { Int(matrix.rows) }
  var columns: Int { Int(matrix.columns) }
  /// Whether there are bytes, rather than their sizes alone.
  var isThere: Bool { matrix.values != nil }

  /// Bytes that one product reads.
  var byteCount: Int {
    guard isQuantized else { return rows * rowBytes }
    return rows * (rowBytes + columns / Int(matrix.group) * (matrix.storage == RK_AFFINE ? 2 * width : 1))
  }

  /// One of `count` matrices that stand below each other.
  func part(_ index: Int, of count: Int) -> rk_matrix {
    var part = matrix
    part.rows /= Int64(count)
    let rows = index * Int(part.rows)
    part.values = matrix.values + rows * rowBytes
    guard let scales = matrix.scales else { return part }
    let groups = rows * (columns / Int(matrix.group))
    part.scales = scales + groups * (matrix.biases == nil ? 1 : width)
    part.biases = matrix.biases.map { $0 + groups * width }
    return part
  }

  /// The same as a matrix of its own, where it stands.
  func portion(_ index: Int, of count: Int) -> WeightMatrix {
    var portion = self
    portion.matrix = part(index, of: count)
    return portion
  }

  /// The same matrix after its rows were moved into blocks.
  var inBlocks: WeightMatrix {
    var matrix = self
    matrix.matrix.layout = RK_ROW_BLOCKS
    return matrix
  }

  /// A copy with its rows in another order.
  ///
  /// - Parameter order: By new row, the old one.
  func reordered(_ order: [Int]) -> WeightMatrix {
    func copy(_ from: UnsafeRawPointer?, rowBytes: Int) -> OwnedBytes? {
      from.map { from in
        OwnedBytes(order.flatMap { UnsafeRawBufferPointer(start: from + $0 * rowBytes, count: rowBytes) })
      }
    }
    let group = Int(matrix.group)
    let parameterBytes = matrix.scales == nil ? 0 : columns / group * (matrix.biases == nil ? 1 : width)
    let values = copy(matrix.values, rowBytes: rowBytes)
    let scales = copy(matrix.scales, rowBytes: parameterBytes)
    let biases = copy(matrix.biases, rowBytes: parameterBytes)
    var reordered = self
    reordered.matrix.values = values.map { UnsafeRawPointer($0.base) }
    reordered.matrix.scales = scales.map { UnsafeRawPointer($0.base) }
    reordered.matrix.biases = biases.map { UnsafeRawPointer($0.base) }
    reordered.owner = [values, scales, biases]
    return reordered
  }

  /// Bytes of the values of a row.
  private var rowBytes: Int { isQuantized ? columns * Int(matrix.bits) / 8 : columns * width }

  private var isQuantized: Bool { matrix.storage.rawValue >= RK_AFFINE.rawValue }

  /// Bytes of a float of the matrix: of an affine one, of its scales and biases.
  private var width: Int { matrix.parameters == RK_FLOAT32 ? 4 : 2 }

  /// Whether one input arranged for a product with many tokens serves both; there the bits do not matter.
  func sharesPanels(with other: WeightMatrix) -> Bool {
    matrix.columns == other.matrix.columns && matrix.storage == other.matrix.storage
      && matrix.group == other.matrix.group && matrix.layout == other.matrix.layout
  }

  /// Whether one input arranged for a product with one token or a few serves both.
  func sharesInput(with other: WeightMatrix) -> Bool {
    matrix.columns == other.matrix.columns && matrix.storage == other.matrix.storage
      && matrix.bits == other.matrix.bits && matrix.group == other.matrix.group
      && matrix.parameters == other.matrix.parameters && matrix.layout == other.matrix.layout
  }

  /// The weights under `path`, e.g. `model.layers.0.mlp.up_proj`.
  ///
  /// - Parameter stacked: Matrices that stand below each other; nil for a matrix by itself.
  /// - Throws: `CheckpointError` for a missing or non-finite tensor, `EngineError` for a wrong shape or storage.
  init(_ path: String, in folder: ModelFolder, stacked: Int? = nil, rows: Int, columns: Int) throws {
    let shape = (stacked.map { [$0] } ?? []) + [rows, columns]
    let rows = (stacked ?? 1) * rows
    let weight: TensorView
    switch try folder.weight(of: path, columnCount: columns) {
    case .plain(let tensor): weight = tensor
    case .quantized(let tensor):
      try self.init(tensor, shape: shape, stacked: stacked ?? 1, rows: rows, columns: columns)
      return
    }
    guard weight.shape == shape else {
      throw EngineError.shape(tensor: weight.name, found: weight.shape, expected: shape)
    }
    guard let storage = rk_storage(weight.type) else {
      throw EngineError.storage(tensor: weight.name, found: weight.type.rawValue)
    }
    try weight.validateFinite()
    self.init(
      matrix: rk_matrix(
        storage: storage, bits: 0, group: 0, parameters: storage, rows: Int64(rows), columns: Int64(columns),
        values: weight.bytes.baseAddress, scales: nil, biases: nil, layout: RK_ROWS),
      tensors: [weight], stacked: stacked ?? 1)
  }

  /// The shape and storage of weights that are not there: sizes can be asked for, products cannot.
  ///
  /// - Parameters:
  ///   - format: Nil for floats.
  ///   - type: Of floats, and of the scales and biases of an affine format.
  init(planned format: QuantizationFormat?, type: TensorType, stacked: Int = 1, rows: Int, columns: Int) {
    let floats = rk_storage(type) ?? RK_FLOAT32
    self.init(
      matrix: rk_matrix(
        storage: format.map { rk_storage($0.mode) } ?? floats, bits: Int32(format?.bits ?? 0),
        group: Int32(format?.groupSize ?? 0), parameters: floats, rows: Int64(rows), columns: Int64(columns),
        values: nil, scales: nil, biases: nil, layout: RK_ROWS),
      tensors: [], stacked: stacked)
  }

  /// Bytes of the values, of the scales and of the biases.
  var partByteCounts: (values: Int, scales: Int, biases: Int) {
    let parameters = isQuantized ? rows * (columns / Int(matrix.group)) : 0
    return matrix.storage == RK_AFFINE
      ? (rows * rowBytes, parameters * width, parameters * width) : (rows * rowBytes, parameters, 0)
  }

  /// The same shape and storage with its bytes elsewhere.
  ///
  /// - Parameter owner: Keeps the bytes.
  func placed(
    values: UnsafeRawPointer, scales: UnsafeRawPointer?, biases: UnsafeRawPointer?, owner: any Sendable
  ) -> WeightMatrix {
    var placed = self
    (placed.matrix.values, placed.matrix.scales, placed.matrix.biases) = (values, scales, biases)
    placed.owner = owner
    return placed
  }

  private init(matrix: rk_matrix, tensors: [TensorView], stacked: Int = 1) {
    self.matrix = matrix
    self.tensors = tensors
    stackedCount = stacked
  }

  /// Weights that stand in memory.
  ///
  /// - Parameter type: Of the scales and biases of an affine format.
  init(_ parts: QuantizedParts, format: QuantizationFormat, type: TensorType, rows: Int, columns: Int) {
    let memory = [parts.codes, parts.scales, parts.biases].map(OwnedBytes.init)
    let storage = rk_storage(format.mode)
    self.init(
      matrix: rk_matrix(
        storage: storage, bits: Int32(format.bits), group: Int32(format.groupSize),
        parameters: rk_storage(type) ?? storage, rows: Int64(rows), columns: Int64(columns), values: memory[0].base,
        scales: memory[1].base, biases: memory[2].base, layout: RK_ROWS),
      tensors: [])
    owner = memory
  }

  /// Floats that stand in memory, rounded to a type.
  init(_ values: [Float], type: TensorType, rows: Int, columns: Int) {
    var bytes = [UInt8](repeating: 0, count: values.count * type.byteWidth)
    bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      for index in values.indices { FloatStorage.store(values[index], as: type, at: index, in: base) }
    }
    let memory = OwnedBytes(bytes)
    let storage = rk_storage(type) ?? RK_FLOAT32
    self.init(
      matrix: rk_matrix(
        storage: storage, bits: 0, group: 0, parameters: storage, rows: Int64(rows), columns: Int64(columns),
        values: memory.base, scales: nil, biases: nil, layout: RK_ROWS),
      tensors: [])
    owner = memory
  }

  private init(_ tensor: QuantizedTensor, shape: [Int], stacked: Int, rows: Int, columns: Int) throws {
    guard tensor.shape == shape else {
      throw EngineError.shape(tensor: tensor.codes.name, found: tensor.shape, expected: shape)
    }
    try tensor.validateFinite()
    let storage = rk_storage(tensor.format.mode)
    self.init(
      matrix: rk_matrix(
        storage: storage, bits: Int32(tensor.format.bits), group: Int32(tensor.format.groupSize),
        parameters: rk_storage(tensor.scales.type) ?? storage, rows: Int64(rows), columns: Int64(columns),
        values: tensor.codes.bytes.baseAddress, scales: tensor.scales.bytes.baseAddress,
        biases: tensor.biases?.bytes.baseAddress, layout: RK_ROWS),
      tensors: [tensor.codes, tensor.scales] + (tensor.biases.map { [$0] } ?? []), stacked: stacked)
  }
}

extension TensorView {
  /// The elements as single-precision numbers; nil if the tensor holds no floats that the kernels read.
  func floats(_ kernels: Kernels) -> [Float]? {
    guard let storage = rk_storage(type) else { return nil }
    var matrix = rk_matrix(
      storage: storage, bits: 0, group: 0, parameters: storage, rows: 1, columns: Int64(elementCount),
      values: bytes.baseAddress, scales: nil, biases: nil, layout: RK_ROWS)
    return [Float](unsafeUninitializedCapacity: elementCount) { buffer, count in
      kernels.functions.dequantize_row(&matrix, 0, buffer.baseAddress)
      count = elementCount
    }
  }
}

extension rk_storage {
  init?(_ type: TensorType) {
    switch type {
    case .F32: self = RK_FLOAT32
    case .F16: self = RK_FLOAT16
    case .BF16: self = RK_BFLOAT16
    default: return nil
    }
  }

  init(_ mode: QuantizationFormat.Mode) {
    switch mode {
    case .affine: self = RK_AFFINE
    case .mxfp4: self = RK_MXFP4
    case .mxfp8: self = RK_MXFP8
    case .nvfp4: self = RK_NVFP4
    }
  }
}

/// Bytes at a fixed address.
private final class OwnedBytes: @unchecked Sendable {  // Never written after the initializer.
  let base: UnsafeMutableRawPointer

  init(_ bytes: [UInt8]) {
    base = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
    bytes.withUnsafeBytes { if let from = $0.baseAddress { base.copyMemory(from: from, byteCount: bytes.count) } }
  }

  deinit { base.deallocate() }
}
