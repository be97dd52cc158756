import Envelopes
import Measurements

extension Envelope {
  /// The first place of every cell: one sample a cell says what became of all.
  var firstPlaces: [Sample.Place] {
    throughput.map { Sample.Place(cell: $0.id, block: 0, repetition: 0) }
      + accuracy.compactMap { task in
        task.items.first.map { Sample.Place(cell: task.id, block: 0, repetition: 0, item: $0.id) }
      } + toolLoops.map { Sample.Place(cell: $0.id, block: 0, repetition: 0, round: 1) }
  }
}
