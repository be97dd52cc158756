/// Writes 32-bit floats as elements of F32, F16 or BF16.
enum FloatStorage {
  /// Rounds values to the type and keeps them as floats; false where one is not finite afterwards.
  static func round(_ values: UnsafeMutableBufferPointer<Float>, to type: TensorType) -> Bool {
    switch type {
    case .F16: for i in values.indices { values[i] = HalfPrecision.float(half: HalfPrecision.half(values[i])) }
    case .BF16: for i in values.indices { values[i] = HalfPrecision.float(brain: HalfPrecision.brain(values[i])) }
    default: break
    }
    var isFinite = true
    for value in values { isFinite = value.bitPattern & 0x7F80_0000 != 0x7F80_0000 && isFinite }
    return isFinite
  }

  /// Stores a value at an index of elements of the type, rounded to nearest.
  @inline(__always)
  static func store(_ value: Float, as type: TensorType, at index: Int, in output: UnsafeMutableRawPointer) {
    switch type {
    case .F16:
      output.storeBytes(of: HalfPrecision.half(value).littleEndian, toByteOffset: 2 * index, as: UInt16.self)
    case .BF16:
      output.storeBytes(of: HalfPrecision.brain(value).littleEndian, toByteOffset: 2 * index, as: UInt16.self)
    default: output.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
    }
  }
}
