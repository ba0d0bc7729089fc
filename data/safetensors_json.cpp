#include <gradus/core/error.h>
#include <gradus/core/shape.h>
#include <gradus/data/safetensors_json.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace gradus::data {
namespace {

using Json = nlohmann::json;

/// Called by the parser for each piece of the text, in its order.
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  HeaderReader(SafetensorsJson& out, std::uint64_t max_entries, const std::string& label)
      : out_(out), left_(max_entries), max_(max_entries), label_(label) {}

  bool start_object(std::size_t) override {
    switch (place_) {
      case Place::start:
        return go(Place::entries);
      case Place::entries:
        return go(key_ == "__metadata__" ? open_metadata() : open_tensor());
      default:
        refuse("an object");
    }
  }
  bool key(std::string& text) override {
    require<FileError>(
        place_ != Place::tensor || (text == "dtype" || text == "shape" || text == "data_offsets"),
        label_, " must give a tensor dtype, shape and data_offsets, got '", text.substr(0, 100),
        "' for '", name(), "'");
    key_ = std::move(text);
    return true;
  }
  bool end_object() override {
    if (place_ == Place::tensor) {
      require<FileError>(has_dtype_ && has_shape_ && has_offsets_, label_,
                         " must give a tensor dtype, shape and data_offsets, got '", name(),
                         "' without ",
                         !has_dtype_   ? "dtype"
                         : !has_shape_ ? "shape"
                                       : "data_offsets");
    }
    return go(place_ == Place::entries ? Place::end : Place::entries);
  }
  bool string(std::string& text) override {
    if (place_ == Place::metadata) {
      count_entry();
      out_.metadata.emplace_back(key_, std::move(text));
      return true;
    }
    if (place_ == Place::tensor && key_ == "dtype") {
      once(has_dtype_);
      out_.tensors.back().dtype = std::move(text);
      return true;
    }
    refuse("a text");
  }
  bool start_array(std::size_t) override {
    if (place_ == Place::tensor && key_ == "shape") {
      once(has_shape_);
      return go(Place::shape);
    }
    if (place_ == Place::tensor && key_ == "data_offsets") {
      once(has_offsets_);
      return go(Place::offsets);
    }
    refuse("a list");
  }
  bool end_array() override { return go(Place::tensor); }
  bool number_unsigned(std::uint64_t value) override {
    if (place_ == Place::shape) {
      auto& shape = out_.tensors.back().shape;
      require<FileError>(shape.size() < kMaxRank, label_, " must have tensors of rank 0 to ",
                         kMaxRank, ", got more for '", name(), "'");
      shape.push_back(value);
      return true;
    }
    if (place_ == Place::offsets) {
      auto& offsets = out_.tensors.back().offsets;
      require<FileError>(offsets.size() < 2, label_,
                         " must have two data_offsets for a tensor, got more for '", name(), "'");
      offsets.push_back(value);
      return true;
    }
    refuse("a number");
  }
  bool number_integer(std::int64_t) override { refuse("a negative number"); }
  bool number_float(double, const std::string& text) override {
    refuse("the number " + text.substr(0, 40));
  }
  bool boolean(bool) override { refuse("true or false"); }
  bool null() override { refuse("null"); }
  bool binary(Json::binary_t&) override { refuse("bytes"); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    const bool is_encoding = std::string_view(error.what()).find("UTF-8") != std::string_view::npos;
    fail<FileError>({label_,
                     is_encoding ? " must have a header in valid UTF-8, got bytes that are "
                                   "not at byte "
                                 : " must have a header of valid JSON, got an error at byte ",
                     position, " of it"});
  }

 private:
  enum class Place { start, entries, metadata, tensor, shape, offsets, end };

  bool go(Place place) {
    place_ = place;
    return true;
  }
  Place open_metadata() {
    require<FileError>(!has_metadata_, label_,
                       " must have each name once, got '__metadata__' twice");
    has_metadata_ = true;
    return Place::metadata;
  }
  Place open_tensor() {
    count_entry();
    has_dtype_ = has_shape_ = has_offsets_ = false;
    out_.tensors.emplace_back();
    out_.tensors.back().name = std::move(key_);
    return Place::tensor;
  }
  void count_entry() {
    require<FileError>(left_-- > 0, label_, " must have at most ", max_,
                       " tensors and texts for its size, got more");
  }
  void once(bool& has) {
    require<FileError>(!has, label_, " must give each property of a tensor once, got ", key_,
                       " twice for '", name(), "'");
    has = true;
  }
  /// Of the tensor at hand, for messages.
  std::string name() const {
    return out_.tensors.empty() ? "" : out_.tensors.back().name.substr(0, 100);
  }

  [[noreturn]] void refuse(const std::string& found) const {
    std::string expected;
    switch (place_) {
      case Place::start:
        expected = "a header that is an object";
        break;
      case Place::entries:
        expected = "an object for '" + key_.substr(0, 100) + "'";
        break;
      case Place::metadata:
        expected = "texts alone in __metadata__";
        break;
      case Place::tensor:
        expected = (key_ == "dtype" ? "a text for dtype of '" : "a list for " + key_ + " of '") +
                   name() + "'";
        break;
      default:
        expected = std::string("whole numbers from 0 to 2^64 - 1 in ") +
                   (place_ == Place::shape ? "shape" : "data_offsets") + " of '" + name() + "'";
    }
    fail<FileError>({label_, " must have ", expected, ", got ", found});
  }

  SafetensorsJson& out_;
  std::uint64_t left_;
  const std::uint64_t max_;
  const std::string& label_;
  Place place_ = Place::start;
  std::string key_;
  bool has_metadata_ = false;
  bool has_dtype_ = false;
  bool has_shape_ = false;
  bool has_offsets_ = false;
};

/// Throws FileError for a token or a run of blanks that is too long for the parser's memory.
void refuse_long_tokens(std::string_view json, const std::string& label) {
  bool in_text = false;
  std::size_t begin = 0;  // of the token
  for (std::size_t k = 0; k < json.size(); ++k) {
    const char c = json[k];
    require<FileError>(k - begin <= kMaxJsonToken, label,
                       " must have a header whose names, texts and blanks take at most ",
                       kMaxJsonToken, " bytes each, got more from byte ", begin, " on");
    if (in_text && c == '\\') {
      ++k;
    } else if (c == '"') {
      in_text = !in_text;
      begin = k;
    } else if (!in_text && std::string_view("{}[]:,").find(c) != std::string_view::npos) {
      begin = k;
    }
  }
}

/// Throws FileError if two of the names are one.
template <class Items, class NameOf>
void refuse_twice(const Items& items, NameOf name_of, const std::string& label) {
  std::vector<std::string_view> names;
  names.reserve(items.size());
  for (const auto& item : items) {
    names.push_back(name_of(item));
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  require<FileError>(twice == names.end(), label, " must have each name once, got '",
                     twice == names.end() ? "" : twice->substr(0, 100), "' twice");
}

}  // namespace

SafetensorsJson parse_safetensors_json(std::string_view json, std::uint64_t max_entries,
                                       const std::string& label) {
  refuse_long_tokens(json, label);
  SafetensorsJson parsed;
  HeaderReader reader(parsed, max_entries, label);
  Json::sax_parse(json.begin(), json.end(), &reader);
  refuse_twice(
      parsed.tensors, [](const auto& x) { return std::string_view(x.name); }, label);
  refuse_twice(
      parsed.metadata, [](const auto& x) { return std::string_view(x.first); }, label);
  return parsed;
}

std::string json_string(const std::string& text, const std::string& label) {
  try {
    std::string quoted = Json(text).dump();
    require(quoted.size() <= kMaxJsonToken, label, " must be given names and texts of at most ",
            kMaxJsonToken, " bytes in quotes, got ", quoted.size());
    return quoted;
  } catch (const Json::exception&) {
    fail<ValueError>({label, " must be given names and texts in UTF-8, got bytes that are not"});
  }
}

}  // namespace gradus::data
