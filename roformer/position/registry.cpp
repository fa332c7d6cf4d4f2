// Encodings by name.
#include <fmt/ranges.h>

#include <utility>

#include "roformer/base/error.h"
#include "roformer/position/alibi.h"
#include "roformer/position/clipped_bias.h"
#include "roformer/position/complex.h"
#include "roformer/position/deberta.h"
#include "roformer/position/encoding_names.h"
#include "roformer/position/floater.h"
#include "roformer/position/huang.h"
#include "roformer/position/learned.h"
#include "roformer/position/music.h"
#include "roformer/position/nezha.h"
#include "roformer/position/none.h"
#include "roformer/position/rotary.h"
#include "roformer/position/shaw.h"
#include "roformer/position/sinusoidal.h"
#include "roformer/position/t5.h"
#include "roformer/position/transformer_xl.h"
#include "roformer/position/tupe.h"

namespace roformer::position {
namespace {

using Maker = std::shared_ptr<PositionEncoding> (*)(const EncodingOptions&);

template <typename Encoding>
std::shared_ptr<PositionEncoding> make(const EncodingOptions& options) {
  return std::make_shared<Encoding>(options);
}

constexpr std::pair<const char*, Maker> makers[] = {
    {"none",
     [](const EncodingOptions&) -> std::shared_ptr<PositionEncoding> {
       return std::make_shared<NoEncoding>();
     }},
    {"sinusoidal", make<SinusoidalEncoding>},
    {"learned", make<LearnedEncoding>},
    {"shaw", make<ShawEncoding>},
    {"music", make<MusicEncoding>},
    {"transformer_xl", make<TransformerXlEncoding>},
    {"t5", make<T5Encoding>},
    {"clipped_bias", make<ClippedBiasEncoding>},
    {"tupe", make<TupeEncoding>},
    {"deberta", make<DebertaEncoding>},
    {"huang", make<HuangEncoding>},
    {"nezha", make<NezhaEncoding>},
    {"alibi", make<AlibiEncoding>},
    {"rotary", make<RotaryEncoding>},
    {"complex", make<ComplexEncoding>},
    {"floater", make<FloaterEncoding>},
};

}  // namespace

std::shared_ptr<PositionEncoding> make_encoding(const EncodingOptions& options) {
  for (const auto& [name, maker] : makers) {
    if (options.settings.name == name) return maker(options);
  }
  base::fail("[position] expected position_encoding to be one of {} but got '{}'",
             fmt::join(encoding_names(), ", "), options.settings.name);
}

}  // namespace roformer::position
