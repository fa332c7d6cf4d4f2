#include "roformer/format/safetensors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <limits>

#include "roformer/base/file.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

const std::vector<torch::ScalarType> kAllTypes{
    torch::kBool, torch::kByte, torch::kChar,     torch::kShort, torch::kInt,
    torch::kLong, torch::kHalf, torch::kBFloat16, torch::kFloat, torch::kDouble};

TEST(Safetensors, RoundTripOfEveryTypeAndOddSizes) {
  const TemporaryFolder folder("safetensors");
  TensorMap tensors;
  for (const auto type : kAllTypes) {
    for (const auto& shape :
         std::vector<std::vector<std::int64_t>>{{}, {0}, {1}, {3, 5}, {2, 0, 4}}) {
      const std::string name = fmt::format("{}.{}", c10::toString(type), fmt::join(shape, "x"));
      tensors[name] = torch::randint(0, 2, shape).to(type);
    }
  }
  save_tensors(folder / "all.safetensors", tensors, {{"step", "12"}, {"unicode", "Ω"}});
  const TensorFile loaded = load_tensors(folder / "all.safetensors");
  ASSERT_EQ(loaded.tensors.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(loaded.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(loaded.tensors.at(name), tensor)) << name;
  }
  EXPECT_EQ(loaded.metadata.at("step"), "12");
  EXPECT_EQ(loaded.metadata.at("unicode"), "Ω");
}

TEST(Safetensors, KeepsEveryBitOfFloats) {
  const TemporaryFolder folder("bits");
  const auto odd = torch::tensor({0.1f, -0.0f, std::numeric_limits<float>::infinity(),
                                  std::numeric_limits<float>::denorm_min(),
                                  std::numeric_limits<float>::quiet_NaN()});
  save_tensors(folder / "x", {{"odd", odd}});
  EXPECT_TRUE(torch::equal(load_tensors(folder / "x").tensors.at("odd").view(torch::kInt),
                           odd.view(torch::kInt)));
}

TEST(Safetensors, WritesStridedTensorsInOrder) {
  const TemporaryFolder folder("strides");
  const auto turned = torch::arange(12).view({3, 4}).t();
  save_tensors(folder / "x", {{"turned", turned}, {"row", turned[1]}});
  EXPECT_TRUE(torch::equal(load_tensors(folder / "x").tensors.at("turned"), turned));
  EXPECT_TRUE(torch::equal(load_tensors(folder / "x").tensors.at("row"), turned[1]));
}

TEST(Safetensors, ViewsOutliveTheFileObject) {
  const TemporaryFolder folder("views");
  save_tensors(folder / "x", {{"a", torch::arange(1000)}});
  torch::Tensor view;
  {
    const SafetensorsFile file(folder / "x");
    view = file.tensor("a");
    EXPECT_EQ(view.data_ptr(), file.tensor("a").data_ptr());
  }
  std::filesystem::remove(folder / "x");
  EXPECT_EQ(view.sum().item<std::int64_t>(), 999 * 500);
}

TEST(Safetensors, ReadsDataThatTheHeaderMisaligns) {
  const TemporaryFolder folder("misaligned");
  const std::string json = R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})";
  ASSERT_NE(json.size() % 8, 0u);
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(json.size());
  const double value = 1.5;
  bytes += json + std::string(reinterpret_cast<const char*>(&value), 8);
  base::write_file_atomically(folder / "x", bytes);
  EXPECT_EQ(SafetensorsFile(folder / "x").tensor("a").item<double>(), 1.5);
}

TEST(Safetensors, ReadsBooleansThatAreNeither0Nor1) {
  const TemporaryFolder folder("boolean");
  std::string bytes = format_safetensors_header({{"a", Dtype::boolean, {3}, 0, 3}}, {});
  bytes += std::string("\0\1\7", 3);
  base::write_file_atomically(folder / "x", bytes);
  EXPECT_TRUE(
      torch::equal(load_tensors(folder / "x").tensors.at("a"), torch::tensor({false, true, true})));
}

TEST(Safetensors, NamesWhatItCannotRead) {
  const TemporaryFolder folder("unreadable");
  expect_error({"absent"}, [&] { load_tensors(folder / "absent"); });
  expect_error({"folder"}, [&] { load_tensors(folder.path()); });
  base::write_file_atomically(folder / "empty", "");
  expect_error({"empty", "8 bytes"}, [&] { load_tensors(folder / "empty"); });
  save_tensors(folder / "x", {{"a", torch::zeros(3)}});
  expect_error({"'b'"}, [&] { SafetensorsFile(folder / "x").tensor("b"); });
  std::filesystem::resize_file(folder / "x", std::filesystem::file_size(folder / "x") - 1);
  expect_error({"tensor 'a'", "truncated"}, [&] { load_tensors(folder / "x"); });
}

TEST(Safetensors, AFailedSaveLeavesTheOldFile) {
  const TemporaryFolder folder("failed");
  save_tensors(folder / "x", {{"a", torch::ones(3)}});
  expect_error({"tensor 'c'", "ComplexFloat"}, [&] {
    save_tensors(folder / "x", {{"c", torch::zeros(3, torch::kComplexFloat)}});
  });
  EXPECT_TRUE(torch::equal(load_tensors(folder / "x").tensors.at("a"), torch::ones(3)));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

// A limit to the size of files stands for the full disk: write() fails in the middle.
TEST(Safetensors, AFullDiskLeavesTheOldFile) {
  const TemporaryFolder folder("full");
  save_tensors(folder / "x", {{"a", torch::ones(3)}});
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  expect_error({"cannot write"}, [&] {
    save_tensors(folder / "x", {{"a", torch::zeros(100000)}});
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_TRUE(torch::equal(load_tensors(folder / "x").tensors.at("a"), torch::ones(3)));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace roformer::format
