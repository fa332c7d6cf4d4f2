// Round trips through every format, whole and damaged.
#include "roformer/convert/convert.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <fstream>

#include "roformer/base/file.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/weights.h"
#include "roformer/format/safetensors.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::convert {
namespace {

namespace fs = std::filesystem;
using checkpoint::expect_error;
using checkpoint::TemporaryFolder;
using format::Dtype;
using format::load_tensors;
using format::save_tensors;
using format::tensor_formats;
using format::TensorFormat;
using format::TensorMap;
using format::TensorSource;

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

ConvertReport convert_quietly(const fs::path& from, const fs::path& to,
                              const ConvertOptions& options) {
  return convert(from, to, options, [](std::size_t, std::size_t) {});
}

TEST(Convert, RoundTripOfEveryFormatWholeAndInShards) {
  const TemporaryFolder folder("convert");
  save_tensors(folder / "start.safetensors", some_tensors());
  int step = 0;
  for (const std::size_t limit : {std::size_t{5'000'000'000}, std::size_t{100}, std::size_t{1}}) {
    for (const TensorFormat* format : tensor_formats()) {
      ConvertOptions options;
      options.format = format;
      options.max_shard_size = limit;
      const fs::path to = folder / std::to_string(step++);
      const ConvertReport report = convert_quietly(folder / "start.safetensors", to, options);
      EXPECT_EQ(report.tensors, some_tensors().size());
      const checkpoint::Weights weights = checkpoint::open_weights(to);
      EXPECT_EQ(&weights.format(), format);
      EXPECT_EQ(weights.file_count() > 1, limit < 1000);
      expect_same(some_tensors(), weights);
    }
  }
}

TEST(Convert, ChangesTypesOfFloatingPointTensorsOnly) {
  const TemporaryFolder folder("convert-types");
  save_tensors(folder / "x", some_tensors());
  ConvertOptions options;
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
  ConvertOptions options;
  options.dtype = Dtype::f16;
  const ConvertReport report = convert_quietly(folder / "x", folder / "out", options);
  ASSERT_FALSE(report.notes.empty());
  EXPECT_NE(report.notes.front().find("2 numbers of a"), std::string::npos);
}

TEST(Convert, RefusesToReplaceAndToWriteOverItself) {
  const TemporaryFolder folder("convert-over");
  save_tensors(folder / "model.safetensors", some_tensors());
  expect_error({"another folder"}, [&] { convert_quietly(folder.path(), folder.path(), {}); });
  ConvertOptions options;
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
  explicit Damage(const TensorFormat* format, std::size_t limit = 5'000'000'000)
      : folder_("damage") {
    save_tensors(folder_ / "start", some_tensors());
    ConvertOptions options;
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
  for (const TensorFormat* format : tensor_formats()) {
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
  for (const TensorFormat* format : tensor_formats()) {
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
    EXPECT_GT(refused, 50) << format->name;
  }
}

TEST(EmbedPositions, IsTheTableOfThePaper) {
  const torch::Tensor table = embed_positions_table(3, 6);
  const torch::Tensor row = torch::tensor({0.8415f, 0.0464f, 0.0022f, 0.5403f, 0.9989f, 1.0000f});
  EXPECT_TRUE(torch::allclose(table[1], row, 0, 1e-4));
  EXPECT_EQ(embed_positions_table(2, 5).sizes(), (torch::IntArrayRef{2, 5}));
  EXPECT_EQ(embed_positions_table(0, 4).sizes(), (torch::IntArrayRef{0, 4}));
}

}  // namespace
}  // namespace roformer::convert
