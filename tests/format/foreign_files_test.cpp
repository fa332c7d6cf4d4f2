// Checkpoints of other programs: round trips through every format, damage, TensorFlow's own file.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "roformer/base/file.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/weights.h"
#include "roformer/convert/convert.h"
#include "roformer/convert/embed_positions.h"
#include "roformer/format/leveldb_table.h"
#include "roformer/format/safetensors.h"
#include "roformer/format/tensorflow_index.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

namespace fs = std::filesystem;
using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

// Where the tests' own files lie in the source tree.
fs::path fixtures() {
  return fs::path(__FILE__).parent_path().parent_path() / "fixtures";
}

// Without the flush to disk of an atomic write: these tests write thousands.
void write_quickly(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<long>(bytes.size()));
}

TensorMap some_tensors() {
  torch::manual_seed(1);
  return {{"bert.embeddings.word_embeddings.weight", torch::randn({5, 4})},
          {"bert.embeddings.LayerNorm.weight", torch::randn(4)},
          {"bert.embeddings.LayerNorm.bias", torch::randn(4).to(torch::kHalf)},
          {"bert.encoder.layer.11.attention.self.query.weight", torch::randn({4, 4})},
          {"bert.encoder.layer.11.output.dense.weight", torch::randn({4, 6}).to(torch::kBFloat16)},
          {"cls.predictions.bias", torch::randn(5).to(torch::kDouble)},
          {"scalar", torch::tensor(7)},
          {"empty", torch::zeros({0, 3})},
          {"flags", torch::tensor({true, false, true})}};
}

void expect_same(const TensorMap& expected, const TensorSource& found) {
  ASSERT_EQ(found.entries().size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    ASSERT_TRUE(found.has(name)) << name;
    EXPECT_EQ(found.tensor(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(found.tensor(name), tensor)) << name;
  }
}

convert::ConvertReport convert_quietly(const fs::path& from, const fs::path& to,
                                       const convert::ConvertOptions& options) {
  return convert::convert(from, to, options, [](std::size_t, std::size_t) {});
}

constexpr Format kAllFormats[] = {Format::safetensors, Format::pytorch_zip, Format::pytorch_legacy,
                                  Format::tensorflow};

TEST(Convert, RoundTripOfEveryFormatWholeAndInShards) {
  const TemporaryFolder folder("convert");
  save_tensors(folder / "start.safetensors", some_tensors());
  int step = 0;
  for (const std::size_t limit : {std::size_t{5'000'000'000}, std::size_t{100}, std::size_t{1}}) {
    for (const Format format : kAllFormats) {
      convert::ConvertOptions options;
      options.format = format;
      options.max_shard_size = limit;
      const fs::path to = folder / std::to_string(step++);
      const convert::ConvertReport report =
          convert_quietly(folder / "start.safetensors", to, options);
      EXPECT_EQ(report.tensors, some_tensors().size());
      const checkpoint::Weights weights = checkpoint::open_weights(to);
      EXPECT_EQ(weights.format(), format);
      EXPECT_EQ(weights.file_count() > 1, limit < 1000);
      expect_same(some_tensors(), weights);
    }
  }
}

TEST(Convert, ChangesTypesOfFloatingPointTensorsOnly) {
  const TemporaryFolder folder("convert-types");
  save_tensors(folder / "x", some_tensors());
  convert::ConvertOptions options;
  options.dtype = Dtype::f16;
  options.embed_positions = false;
  convert_quietly(folder / "x", folder / "out", options);
  const checkpoint::Weights weights = checkpoint::open_weights(folder / "out");
  EXPECT_EQ(weights.tensor("cls.predictions.bias").scalar_type(), torch::kHalf);
  EXPECT_EQ(weights.tensor("scalar").scalar_type(), torch::kLong);
  EXPECT_EQ(weights.tensor("flags").scalar_type(), torch::kBool);
}

TEST(Convert, TellsOfNumbersTooLargeForFloat16) {
  const TemporaryFolder folder("convert-large");
  save_tensors(folder / "x", {{"a", torch::tensor({1.0f, 7e4f, -1e30f, INFINITY})}});
  convert::ConvertOptions options;
  options.dtype = Dtype::f16;
  const convert::ConvertReport report = convert_quietly(folder / "x", folder / "out", options);
  ASSERT_FALSE(report.notes.empty());
  EXPECT_NE(report.notes.front().find("2 numbers of a"), std::string::npos);
}

TEST(Convert, RefusesToReplaceAndToWriteOverItself) {
  const TemporaryFolder folder("convert-over");
  save_tensors(folder / "model.safetensors", some_tensors());
  expect_error({"another folder"}, [&] { convert_quietly(folder.path(), folder.path(), {}); });
  convert::ConvertOptions options;
  convert_quietly(folder.path(), folder / "out", options);
  expect_error({"model.safetensors is there", "--force"},
               [&] { convert_quietly(folder.path(), folder / "out", options); });
  options.force = true;
  EXPECT_EQ(convert_quietly(folder.path(), folder / "out", options).tensors, some_tensors().size());
  base::write_file_atomically(folder / "file", "x");
  expect_error({"file"}, [&] { convert_quietly(folder.path(), folder / "file", {}); });
  expect_error({"nowhere"}, [&] { convert_quietly(folder / "nowhere", folder / "x", {}); });
}

// Reads all that a checkpoint holds; whether it was refused.
bool is_refused(const fs::path& path) {
  try {
    const checkpoint::Weights weights = checkpoint::open_weights(path);
    for (const auto& [name, facts] : weights.entries()) weights.tensor(name).clone();
    return false;
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return true;
  }
}

// The files of a small checkpoint in a format, each of which a test may damage.
class Damage {
 public:
  explicit Damage(Format format, std::size_t limit = 5'000'000'000) : folder_("damage") {
    save_tensors(folder_ / "start", some_tensors());
    convert::ConvertOptions options;
    options.format = format;
    options.max_shard_size = limit;
    options.force = true;
    convert_quietly(folder_ / "start", folder_ / "out", options);
    for (const auto& item : fs::directory_iterator(folder_ / "out"))
      files_[item.path()] = base::read_file(item.path());
  }
  const std::map<fs::path, std::string>& files() const { return files_; }
  bool refused_with(const fs::path& file, const std::string& bytes) const {
    write_quickly(file, bytes);
    const bool refused = is_refused(folder_ / "out");
    write_quickly(file, files_.at(file));
    return refused;
  }

 private:
  TemporaryFolder folder_;
  std::map<fs::path, std::string> files_;
};

TEST(Damage, EveryTruncationIsRefused) {
  for (const Format format : kAllFormats) {
    const Damage damage(format);
    for (const auto& [file, bytes] : damage.files()) {
      if (file.filename() == "checkpoint") continue;
      for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 300) {
        EXPECT_TRUE(damage.refused_with(file, bytes.substr(0, size)))
            << file << " cut to " << size << " of " << bytes.size();
      }
    }
  }
}

TEST(Damage, RandomBytesEndCleanly) {
  for (const Format format : kAllFormats) {
    const Damage damage(format, 100);
    int refused = 0;
    std::uint64_t seed = 0;
    for (const auto& [file, bytes] : damage.files()) {
      if (bytes.empty()) continue;
      for (int i = 0; i < 200; ++i, ++seed) {
        std::string changed = bytes;
        for (std::uint64_t k = 0; k <= seed % 4; ++k) {
          const std::uint64_t random = base::derive(seed, k);
          changed[random % changed.size()] = static_cast<char>(random >> 32);
        }
        refused += damage.refused_with(file, changed) ? 1 : 0;
      }
    }
    EXPECT_GT(refused, 50) << format_name(format);
  }
}

TEST(TensorFlow, ReadsItsOwnFiles) {
  for (const char* model : {"roformer", "bert"}) {
    const fs::path folder = fixtures() / "tensorflow" / model;
    const TensorMap expected = load_tensors(folder / "expected.safetensors").tensors;
    for (const fs::path& path :
         {folder, folder / "bert_model.ckpt", folder / "bert_model.ckpt.index"}) {
      const checkpoint::Weights weights = checkpoint::open_weights(path);
      EXPECT_EQ(weights.training_state().size(), 3u);
      ASSERT_EQ(weights.entries().size(), expected.size());
      for (const auto& [name, tensor] : expected) {
        const std::string own = name.starts_with("roformer.") ? "bert" + name.substr(8) : name;
        EXPECT_TRUE(torch::equal(weights.tensor(own), tensor)) << own;
      }
    }
  }
}

TEST(TensorFlow, NamesShardsAndEntriesThatAreWrong) {
  TensorFlowIndex index;
  index.tensors["x"] = {Dtype::f32, {2, 3}, 0, 0, 24, 0};
  const auto parsed = parse_tensorflow_index(format_tensorflow_index(index), "x.index");
  EXPECT_EQ(parsed.tensors.at("x").shape, (std::vector<std::int64_t>{2, 3}));
  const auto refused = [&](const BundleEntry& entry) {
    index.tensors["x"] = entry;
    expect_error({"x.index", "tensor 'x'"},
                 [&] { parse_tensorflow_index(format_tensorflow_index(index), "x.index"); });
  };
  refused({Dtype::f32, {2, 3}, 1, 0, 24, 0});    // no such shard
  refused({Dtype::f32, {2, 3}, 0, 0, 23, 0});    // too few bytes
  refused({Dtype::f32, {-2, -3}, 0, 0, 24, 0});  // negative sizes
  refused({Dtype::f32, {2, 3}, -1, 0, 24, 0});
  refused({Dtype::f32, {2, 3}, 0, std::size_t(-25), std::size_t(-1), 0});
}

TEST(LeveldbTable, WritesWhatItReads) {
  for (const int count : {0, 1, 2, 1000}) {
    LeveldbEntries entries;
    for (int i = 0; i < count; ++i)
      entries["key " + std::to_string(i)] = std::string(static_cast<std::size_t>(i), 'x');
    EXPECT_EQ(read_leveldb_table(format_leveldb_table(entries), "t"), entries);
  }
}

TEST(LeveldbTable, RefusesHandlesThatLie) {
  const std::string good = format_leveldb_table({{"a", "b"}});
  const std::size_t footer = good.size() - 48;
  for (std::size_t at = footer; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = '\xff';
    if (at < footer + 4 || at >= good.size() - 8)
      expect_error({"t"}, [&] { read_leveldb_table(bytes, "t"); });
  }
  std::string damaged = good;
  damaged[3] = 'z';  // the key
  expect_error({"checksum"}, [&] { read_leveldb_table(damaged, "t"); });
}

TEST(Shards, AreFoundWhereTheIndexSays) {
  const TemporaryFolder folder("shards");
  const auto write_index = [&](const std::string& map) {
    base::write_file_atomically(folder / "model.safetensors.index.json",
                                R"({"metadata":{"total_size":8},"weight_map":)" + map + "}");
  };
  save_tensors(folder / "one.safetensors", {{"a", torch::ones(2)}, {"extra", torch::ones(1)}});
  save_tensors(folder / "two.safetensors", {{"b", torch::zeros(2)}});
  write_index(R"({"a":"one.safetensors","b":"two.safetensors"})");
  const checkpoint::Weights weights = checkpoint::open_weights(folder.path());
  EXPECT_EQ(weights.entries().size(), 2u);
  EXPECT_EQ(weights.file_count(), 2u);
  EXPECT_EQ(weights.notes().size(), 1u);  // of the tensor that the index leaves out
  EXPECT_EQ(weights.tensor("a").sum().item<float>(), 2.0f);

  const auto refused = [&](const std::string& map, std::initializer_list<const char*> words) {
    write_index(map);
    expect_error(words, [&] { checkpoint::open_weights(folder.path()); });
  };
  refused(R"({"a":"two.safetensors"})", {"'a'", "two.safetensors"});
  refused(R"({"a":"three.safetensors"})", {"'a'", "three.safetensors"});
  refused(R"({"a":"../one.safetensors"})", {"'a'", "beside the index"});
  refused(R"({"a":"/etc/passwd"})", {"'a'", "beside the index"});
  refused(R"({"a":""})", {"'a'"});
  refused(R"({"a":".."})", {"'a'"});
  refused(R"({"a":"model.safetensors.index.json"})", {"'a'"});
  refused(R"({"a":"one.safetensors\u0000"})", {"'a'"});
  refused(R"({"a":["one.safetensors"]})", {"'a'"});
  refused("[]", {"weight_map"});
}

TEST(OpenWeights, PrefersSafetensorsAndNamesWhatItFinds) {
  const TemporaryFolder folder("preference");
  expect_error({"model.safetensors", "there is none"},
               [&] { checkpoint::open_weights(folder.path()); });
  expect_error({"nowhere"}, [&] { checkpoint::open_weights(folder / "nowhere"); });
  base::write_file_atomically(folder / "tf_model.h5", "x");
  expect_error({"tf_model.h5"}, [&] { checkpoint::open_weights(folder.path()); });
  base::write_file_atomically(folder / "pytorch_model.bin", "x");
  EXPECT_TRUE(is_refused(folder.path()));
  save_tensors(folder / "model.safetensors", {{"a", torch::ones(1)}});
  EXPECT_EQ(checkpoint::open_weights(folder.path()).format(), Format::safetensors);
}

TEST(EmbedPositions, IsTheTableOfThePaper) {
  const torch::Tensor table = convert::embed_positions_table(3, 6);
  const torch::Tensor row = torch::tensor({0.8415f, 0.0464f, 0.0022f, 0.5403f, 0.9989f, 1.0000f});
  EXPECT_TRUE(torch::allclose(table[1], row, 0, 1e-4));
  EXPECT_EQ(convert::embed_positions_table(2, 5).sizes(), (torch::IntArrayRef{2, 5}));
  EXPECT_EQ(convert::embed_positions_table(0, 4).sizes(), (torch::IntArrayRef{0, 4}));
}

}  // namespace
}  // namespace roformer::format
