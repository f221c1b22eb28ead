-- PostgreSQL as a peer of the conversion table, on a cluster of its own in single-user mode.
-- :texts has lines of hex digits; each becomes a line of :answers, or ! where it is refused.

create or replace function converted(text bytea, source name, target name) returns text language plpgsql as $$
begin
  return upper(encode(convert(text, source, target), 'hex'));
exception when character_not_in_repertoire or untranslatable_character then
  return '!';
end $$;

create temporary table texts (line bigserial, text text);

copy texts (text) from ':texts';

copy (select converted(decode(text, 'hex'), ':source', ':target') from texts order by line) to ':answers';

