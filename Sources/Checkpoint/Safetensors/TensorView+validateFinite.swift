extension TensorView {
  /// Checks that no element of a floating-point tensor is NaN or infinite; other types pass.
  ///
  /// - Throws: `.notFinite` with the index of the first such element.
  /// - Complexity: O(*n*), at about the speed of memory.
  public func validateFinite() throws(CheckpointError) {
    let index: Int? =
      switch type {
      case .F16: Self.firstIndex(in: bytes, UInt16.self, exponent: 0x7C00)
      case .BF16: Self.firstIndex(in: bytes, UInt16.self, exponent: 0x7F80)
      case .F32: Self.firstIndex(in: bytes, UInt32.self, exponent: 0x7F80_0000)
      case .F64: Self.firstIndex(in: bytes, UInt64.self, exponent: 0x7FF0_0000_0000_0000)
      default: nil
      }
    if let index { throw .notFinite(tensor: name, file: file.url.path, index: index) }
  }

  /// The first element whose exponent bits are all set.
  private static func firstIndex<Bits: FixedWidthInteger & UnsignedInteger>(
    in bytes: UnsafeRawBufferPointer, _: Bits.Type, exponent: Bits
  ) -> Int? {
    let width = MemoryLayout<Bits>.size
    let count = bytes.count / width
    func isSpecial(_ index: Int) -> Bool {
      Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: width * index, as: Bits.self)) & exponent == exponent
    }
    // Blocks without an early exit, so that the inner loop vectorises.
    for start in stride(from: 0, to: count, by: 4096) {
      let block = start..<min(start + 4096, count)
      var found = false
      for index in block { found = isSpecial(index) || found }
      if found { return block.first(where: isSpecial) }
    }
    return nil
  }
}
