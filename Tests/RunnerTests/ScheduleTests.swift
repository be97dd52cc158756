import Envelopes
import JSON
import Measurements
import Testing

@testable import Runner

@Suite("Schedule")
struct ScheduleTests {
  @Test("Blocks are ABBA or its mirror image and every cell has as many as planned")
  func blocks() throws {
    let envelope = try TestEnvelope.make(blocks: 20)
    let blocks = Schedule.blocks(of: envelope, sides: [.resident, .candidate])
    #expect(blocks.count == 40)
    for cell in envelope.throughput {
      #expect(blocks.filter { $0.cell == cell }.map(\.block) == Array(0..<20))
    }
    #expect(
      Set(blocks.map(\.order)) == [
        [.resident, .candidate, .candidate, .resident], [.candidate, .resident, .resident, .candidate],
      ])
  }

  @Test("The order is a function of the seed")
  func seed() throws {
    let first = Schedule.blocks(of: try TestEnvelope.make(blocks: 8, seed: 5), sides: [.resident, .candidate])
    #expect(first == Schedule.blocks(of: try TestEnvelope.make(blocks: 8, seed: 5), sides: [.resident, .candidate]))
    #expect(
      first.map(\.order)
        != Schedule.blocks(of: try TestEnvelope.make(blocks: 8, seed: 6), sides: [.resident, .candidate]).map(\.order))
  }

  @Test("Blocks in place of interrupted ones come at the end and leave the others where they were")
  func extraBlocks() throws {
    let envelope = try TestEnvelope.make(blocks: 4)
    let plain = Schedule.blocks(of: envelope, sides: [.resident, .candidate])
    let extended = Schedule.blocks(of: envelope, sides: [.resident, .candidate], extraBlocks: ["a": 2])
    #expect(Array(extended.prefix(8)) == plain)
    #expect(extended.dropFirst(8).map(\.cell.id) == ["a", "a"])
    #expect(extended.dropFirst(8).map(\.block) == [4, 5])
  }
}
